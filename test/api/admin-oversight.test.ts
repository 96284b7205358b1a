import { beforeAll, describe, expect, it } from 'vitest';
import { release } from '../../src/release.ts';
import { adminUrl, appoint, askAdmin } from '../support/admin-caller.ts';
import { MeDocument, SessionsDocument } from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { type Person, world } from '../support/world.ts';
import { earOnStream } from '../two-node/ear.ts';

const place = world();
let admin: Person;

beforeAll(async () => {
  const [ann] = await place.people('ann');
  admin = await appoint(place, ann);
});

async function ask(query: string, variables: object = {}) {
  const { data, errors } = await askAdmin(adminUrl(place), query, variables, admin);
  expect(errors).toBeUndefined();
  return data;
}

async function connectionsOf({ id: userId }: Person) {
  const document = 'query ($userId: ID!) { connections(userId: $userId) { deviceName deviceKind sessionId node { address } idle } }';
  return (await ask(document, { userId }))?.['connections'] as readonly { readonly sessionId: string }[];
}

function disconnect({ id: userId }: Person, endSessions?: boolean) {
  const document = 'mutation ($input: DisconnectUserInput!) { disconnectUser(input: $input) { connections sessions errors { code } } }';
  return ask(document, { input: { userId, endSessions } });
}

describe('nodes', () => {
  it('are listed with their ID, name, address, version, roles, state and load', async () => {
    const [ann] = await place.people('ann');
    await place.listen(ann).ready();
    const document = '{ nodes { id epoch name address version roles startedAt state load { sockets eventsPerSecond loopDelayMs } } }';
    const load = { sockets: expect.any(Number), eventsPerSecond: expect.any(Number), loopDelayMs: expect.any(Number) };
    const node = {
      ...{ id: place.node.chat.cluster.lease.nodeId, epoch: 1, name: expect.stringMatching(/\w-\d+$/), address: place.url, load },
      ...{ version: release, roles: ['gateway', 'worker'], startedAt: expect.stringMatching(/^2.*Z$/), state: 'READY' },
    };
    await expect.poll(async () => await ask(document)).toEqual({ nodes: [node] });
    await expect.poll(async () => await ask('{ nodes { load { sockets } } }')).toEqual({ nodes: [{ load: { sockets: 1 } }] });
  });

  it('are asked to stop by drainNode', async () => {
    const document = 'mutation ($nodeId: ID!) { drainNode(input: { nodeId: $nodeId }) { node { id } errors { code } } }';
    const { nodeId } = place.node.chat.cluster.lease;
    expect(await ask(document, { nodeId })).toEqual({ drainNode: { node: { id: nodeId }, errors: [] } });
    await place.node.askedToStop;
  });
});

describe('a user', () => {
  it('is found by handle in any case, and an unknown or malformed handle finds none', async () => {
    const [ann] = await place.people('ann');
    const document = 'query ($handle: String!) { user(handle: $handle) { id handle } }';
    const user = { id: ann.id, handle: ann.handle };
    for (const handle of [ann.handle, ann.handle.toUpperCase()]) expect(await ask(document, { handle })).toEqual({ user });
    for (const handle of ['nobody.at.all', '', '@', 'x'.repeat(1_000)]) expect(await ask(document, { handle })).toEqual({ user: null });
  });

  it('has all open connections listed with their device, both sockets and HTTP', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const desk = await place.anotherDevice(ann, 'desk');
    await place.listen(ann).ready();
    await expect.poll(async () => (await connectionsOf(ann)).length).toBe(1);
    const stream = await earOnStream({ url: place.url, token: desk.token });
    await expect.poll(async () => (await connectionsOf(ann)).length).toBe(2);
    const usual = { deviceKind: 'OTHER', node: { address: place.url }, idle: false };
    const [phone, other] = await connectionsOf(ann);
    expect(other).toEqual({ ...usual, deviceName: 'desk', sessionId: expect.any(String) });
    const { viewer } = await place.ask(SessionsDocument, {}, ann);
    expect(phone).toMatchObject({ ...usual, sessionId: viewer?.sessions.find(({ viewerIsCurrent }) => viewerIsCurrent)?.id });
    expect(await connectionsOf(ben)).toEqual([]);
    stream.stop();
    await expect.poll(async () => await connectionsOf(ann)).toEqual([phone]);
  });

  it('that does not exist has null as connections, and an invalid id is BAD_USER_INPUT', async () => {
    const document = 'query ($userId: ID!) { connections(userId: $userId) { id } }';
    const nobody = Buffer.from('User:999999999').toString('base64url');
    expect(await ask(document, { userId: nobody })).toEqual({ connections: null });
    for (const userId of ['', '7', 'ann', Buffer.from('Group:1').toString('base64url')]) {
      const { errors } = await askAdmin(adminUrl(place), document, { userId }, admin);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: ['userId'] } }]);
    }
  });

  it('is disconnected on all devices, stays signed in, can reconnect at once, and others are not affected', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const desk = await place.anotherDevice(ann, 'desk');
    const [atAnns, atBens] = [place.listen(ann), place.listen(ben)];
    await Promise.all([atAnns.ready(), atBens.ready()]);
    const stream = await earOnStream({ url: place.url, token: desk.token });
    await expect.poll(async () => (await connectionsOf(ann)).length).toBe(2);
    expect(await disconnect(ann)).toEqual({ disconnectUser: { connections: 2, sessions: 0, errors: [] } });
    const closed = { how: 'closed', code: 4511, reason: 'An operator has ended this connection. Connect again' };
    expect((await atAnns.end()).ending).toEqual(closed);
    expect((await stream.end()).how).toBe('UNAVAILABLE');
    await place.listen(ann).ready();
    // Others are still connected.
    const group = await place.group(ben, ann);
    await place.say(ann, group, 'still here');
    await atBens.nextOf('MessageSent');
  });

  it('is disconnected and signed out on all devices with endSessions, and can sign in again', async () => {
    const [ann] = await place.people('ann');
    const desk = await place.anotherDevice(ann, 'desk');
    const [atPhone, atDesk] = [place.listen(ann), place.listen(desk)];
    await Promise.all([atPhone.ready(), atDesk.ready()]);
    await expect.poll(async () => (await connectionsOf(ann)).length).toBe(2);
    expect(await disconnect(ann, true)).toEqual({ disconnectUser: { connections: 2, sessions: 2, errors: [] } });
    for (const listening of [atPhone, atDesk]) expect((await listening.end()).ending).toMatchObject({ code: 4401 });
    for (const device of [ann, desk]) expect(refusals((await place.post(MeDocument, {}, device)).errors)).toEqual(['UNAUTHENTICATED']);
    expect(await disconnect(ann, true)).toMatchObject({ disconnectUser: { sessions: 0, errors: [] } });
    await place.listen(await place.anotherDevice(ann)).ready();
  });
});
