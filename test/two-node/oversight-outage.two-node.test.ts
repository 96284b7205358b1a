import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { askAdmin } from '../support/admin-caller.ts';
import { runAdmin } from '../support/admin-command.ts';
import { MeDocument, SendMessageDocument } from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { type Person, peopleOf } from '../support/world.ts';
import { deployment } from './deployment.ts';
import { type Ear, earOnSocket } from './ear.ts';

describe('operators, while Redis is away', () => {
  const deployed = deployment();
  const { here } = deployed;
  const outage = deployed.ways.redisGone;
  let admin: Person;
  let ben: Person;
  let ear: Ear;

  beforeAll(async () => {
    const [ann, other] = await here.people('ann', 'ben');
    ben = other;
    expect(await runAdmin(deployed.env, 'grant', ann.handle)).toMatchObject({ code: 0, errors: '' });
    admin = await here.anotherDevice(ann);
    ear = await earOnSocket({ url: outage.there().url, token: ben.token });
    deployed.defer(() => ear.stop());
    await outage.begin();
    deployed.defer(outage.end);
  });

  const ask = (query: string, variables: object = {}) => askAdmin(deployed.hereNode.adminUrl, query, variables, admin);

  it.each([
    ['which nodes there are', '{ nodes { id } }'],
    ['where somebody is connected', 'query ($userId: ID!) { connections(userId: $userId) { id } }'],
  ])('are refused with UNAVAILABLE when they ask %s', async (_what, query) => {
    const { errors } = await ask(query, { userId: ben.id });
    expect(errors).toMatchObject([{ message: expect.stringMatching(/Try again later\.$/), extensions: { code: 'UNAVAILABLE' } }]);
  });

  it('cannot stop a node, or disconnect a user without ending their sessions', async () => {
    const drain = await ask('mutation { drainNode(input: { nodeId: "any" }) { node { id } errors { code } } }');
    expect(drain.data).toEqual({ drainNode: { node: null, errors: [{ code: 'UNAVAILABLE' }] } });
    const mutation = 'mutation ($userId: ID!) { disconnectUser(input: { userId: $userId }) { connections sessions errors { code } } }';
    const { data } = await ask(mutation, { userId: ben.id });
    expect(data).toEqual({ disconnectUser: { connections: null, sessions: null, errors: [{ code: 'UNAVAILABLE' }] } });
  });

  it('can end a user’s sessions, and the other node closes the connection at its next check', async () => {
    const mutation =
      'mutation ($userId: ID!) { disconnectUser(input: { userId: $userId, endSessions: true }) { connections sessions errors { code } } }';
    const { data } = await ask(mutation, { userId: ben.id });
    expect(data).toEqual({ disconnectUser: { connections: null, sessions: 1, errors: [] } });
    expect((await ear.end()).how).toBe(4401);
  });

  it('read and change settings', async () => {
    const mutation = 'mutation { setSettings(input: { settings: [{ name: "maxPins", value: "3" }] }) { errors { code } } }';
    expect((await ask(mutation)).data).toEqual({ setSettings: { errors: [] } });
    expect((await ask('{ settings { name value } }')).data?.['settings']).toContainEqual({ name: 'maxPins', value: '3' });
  });

  it('can change settings and revoke admins by the command, which says that nodes could not be told', async () => {
    const [cat] = await here.people('cat');
    const conversationId = await here.group(admin, cat);
    for (const words of [
      ['settings', 'set', 'maxMessageLength', '5'],
      ['grant', cat.handle],
      ['revoke', cat.handle],
    ]) {
      const { code, errors } = await runAdmin(deployed.env, ...words);
      expect({ code, errors }).toEqual({
        code: 0,
        errors: expect.stringMatching(/^REDIS_URL: no Redis .*\nNodes could not be told\. They find the change by themselves .*\n$/),
      });
    }
    const { ask: askThere } = peopleOf(() => outage.there().url);
    const send = async () => {
      const input = { conversationId, clientMessageId: randomUUID(), text: 'sixsix' };
      return refusals((await askThere(SendMessageDocument, { input }, admin)).sendMessage.errors);
    };
    await expect.poll(send).toEqual(['INVALID_INPUT input.text']);
  });

  it('can end a user’s sessions by the command', async () => {
    const [cat] = await here.people('cat');
    const { output } = await runAdmin(deployed.env, 'disconnect', cat.handle, '--end-sessions');
    expect(output).toBe(`${cat.handle}: 1 session ended. Open connections are closed within HEAD_CHECK_MS.\n`);
    expect(refusals((await here.post(MeDocument, {}, cat)).errors)).toEqual(['UNAUTHENTICATED']);
  });

  it('get an error from commands that need Redis', async () => {
    for (const words of [['nodes'], ['connections', ben.handle], ['disconnect', ben.handle], ['drain', 'any']]) {
      const { code, output, errors } = await runAdmin(deployed.env, ...words);
      expect({ code, output, errors }).toEqual({ code: 1, output: '', errors: expect.stringMatching(/^REDIS_URL: no Redis .*\n$/) });
    }
  });
});
