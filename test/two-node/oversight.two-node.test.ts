import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import { askAdmin } from '../support/admin-caller.ts';
import { type CommandEnd, runAdmin } from '../support/admin-command.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { realStores } from '../support/stores.ts';
import { type Person, peopleOf } from '../support/world.ts';
import { type Ear, earOnSocket, earOnStream, refusalOnSocket } from './ear.ts';
import { resuming, startFleet } from './reconnect-fleet.ts';
import { type FullGroup, fillGroup } from './reconnect-people.ts';

// More than one wave of a drain, so that draining takes as long as one interval between waves: a fortieth of this.
const clients = 50;
const drainMs = 120_000;
const longMs = 120_000;

describe('operators, on any node', () => {
  const open = new AsyncDisposableStack();
  let env: Readonly<Record<string, string>>;
  let group: FullGroup;
  let here: NodeProcess;
  let there: NodeProcess;
  let admin: Person;
  const people = peopleOf(() => there.url);

  beforeAll(async () => {
    const stores = open.use(await realStores());
    group = await fillGroup(stores.env['DATABASE_URL'] ?? '', clients);
    env = { ...stores.env, ...group.env, ADDRESS_ATTEMPTS: '1000000', DRAIN_MS: String(drainMs), PRESENCE_GRACE_MS: '200' };
    ({ here, there } = await allOf(open, {
      here: startNodeProcess({ ...env, NODE_NAME: 'here' }),
      there: startNodeProcess({ ...env, NODE_NAME: 'there' }),
    }));
    const [ann] = await people.people('ann');
    await command('grant', ann.handle);
    admin = await people.anotherDevice(ann);
  }, longMs);
  afterAll(() => open.disposeAsync());

  async function ask(query: string, variables: object = {}) {
    const { data, errors } = await askAdmin(here.adminUrl, query, variables, admin);
    expect(errors).toBeUndefined();
    return data;
  }

  async function command(...words: readonly string[]): Promise<string> {
    const { code, output, errors }: CommandEnd = await runAdmin(env, ...words);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    return output;
  }

  /** Connects a user by a socket and a stream, on the node that is not asked. */
  async function connected(): Promise<{ readonly ben: Person; readonly ears: readonly [Ear, Ear] }> {
    const [ben] = await people.people('ben');
    const desk = await people.anotherDevice(ben, 'desk');
    const socket = await earOnSocket({ url: there.url, token: ben.token });
    await expect.poll(() => devices(ben)).toHaveLength(1);
    const stream = await earOnStream({ url: there.url, token: desk.token });
    await expect.poll(() => devices(ben)).toHaveLength(2);
    return { ben, ears: [socket, stream] };
  }

  async function devices({ id: userId }: Person) {
    const data = await ask('query ($userId: ID!) { connections(userId: $userId) { deviceName node { name } } }', { userId });
    return data?.['connections'];
  }

  async function ends([socket, stream]: readonly [Ear, Ear]) {
    return [(await socket.end()).how, (await stream.end()).how];
  }

  it('see all nodes, and not the command that asks', async () => {
    const node = (name: string, { url: address }: NodeProcess) => ({ name, address, state: 'READY' });
    const wanted = { nodes: [node('here', here), node('there', there)] };
    await expect.poll(() => ask('{ nodes { name address state } }')).toEqual(wanted);
    const lines = (await command('nodes')).trim().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^NAME +ID +STATE +ADDRESS/),
      expect.stringMatching(`^here +\\S+ +READY +${here.url} `),
      expect.stringMatching(`^there +\\S+ +READY +${there.url} `),
    ]);
    // The command that just asked was no node.
    expect(await ask('{ nodes { name address state } }')).toEqual(wanted);
  });

  it('see and disconnect a user on another node, whose clients may reconnect', async () => {
    const { ben, ears } = await connected();
    expect(await devices(ben)).toMatchObject([{ node: { name: 'there' } }, { deviceName: 'desk', node: { name: 'there' } }]);
    const mutation = 'mutation ($userId: ID!) { disconnectUser(input: { userId: $userId }) { connections sessions errors { code } } }';
    expect(await ask(mutation, { userId: ben.id })).toEqual({ disconnectUser: { connections: 2, sessions: 0, errors: [] } });
    expect(await ends(ears)).toEqual([4511, 'UNAVAILABLE']);
    (await earOnSocket({ url: there.url, token: ben.token })).stop();
  });

  it('sign out a user who is connected to another node', async () => {
    const { ben, ears } = await connected();
    const mutation =
      'mutation ($userId: ID!) { disconnectUser(input: { userId: $userId, endSessions: true }) { connections sessions errors { code } } }';
    expect(await ask(mutation, { userId: ben.id })).toEqual({ disconnectUser: { connections: 2, sessions: 2, errors: [] } });
    expect(await ends(ears)).toEqual([4401, 'UNAUTHENTICATED']);
    expect(await refusalOnSocket({ url: here.url, token: ben.token })).toBe(4403);
  });

  it('do the same from the command line', async () => {
    const { ben, ears } = await connected();
    expect((await command('connections', ben.handle)).trim().split('\n')).toEqual([
      expect.stringMatching(/^DEVICE +KIND +NODE +SINCE /),
      expect.stringMatching(/ OTHER +there +2\S+Z +active +[\da-f-]{36}$/),
      expect.stringMatching(/^desk +OTHER +there +2\S+Z +active +[\da-f-]{36}$/),
    ]);
    expect(await command('disconnect', ben.handle)).toBe(`${ben.handle}: 2 connections told to close.\n`);
    expect(await ends(ears)).toEqual([4511, 'UNAVAILABLE']);
    const ear = await earOnSocket({ url: there.url, token: ben.token });
    await expect.poll(() => devices(ben)).toHaveLength(1);
    expect(await command('disconnect', ben.handle, '--end-sessions')).toBe(
      `${ben.handle}: 1 connection told to close, 2 sessions ended.\n`,
    );
    expect((await ear.end()).how).toBe(4401);
    await expect.poll(() => command('connections', ben.handle)).toBe(`${ben.handle} is not connected.\n`);
  });

  it(
    'stop a node: others show it as draining, and its clients resume on another node and miss nothing',
    async () => {
      const owner = group.owner as Person;
      await using fleet = startFleet({ document: resuming, streamId: group.conversationId, members: group.members });
      fleet.tell({ kind: 'connect', url: there.url });
      await fleet.until({ ready: clients, closes: {} });
      fleet.tell({ kind: 'hold' });
      const nodes = [
        { name: 'here', state: 'READY' },
        { name: 'there', state: 'DRAINING' },
      ];
      // Polls from before on: the command takes its time to end, and so may the node.
      const [told] = await Promise.all([command('drain', 'there'), expect.poll(() => ask('{ nodes { name state } }')).toEqual({ nodes })]);
      expect(told).toMatch(/^there \(\S+\) was asked to stop\.\n$/);
      const { seq } = await peopleOf(() => here.url).say(owner, group.conversationId, 'while it stops');
      await fleet.until({ connected: 0, closes: { 1012: clients } });
      expect(await there.ended).toBe(0);
      fleet.tell({ kind: 'connect', url: here.url });
      await fleet.until({ ready: clients, closes: { 1012: clients }, least: seq, most: seq });
      await expect.poll(() => ask('{ nodes { name } }')).toEqual({ nodes: [{ name: 'here' }] });
      const { code, errors } = await runAdmin(env, 'drain', 'there');
      expect({ code, errors }).toEqual({ code: 1, errors: 'There is no running node "there".\n' });
    },
    longMs,
  );

  it('stop the node that they ask, and get an answer', async () => {
    const data = await ask('{ nodes { id } }');
    const [node] = (data?.['nodes'] ?? []) as readonly { readonly id: string }[];
    const mutation = 'mutation ($nodeId: ID!) { drainNode(input: { nodeId: $nodeId }) { node { name } errors { code } } }';
    expect(await ask(mutation, { nodeId: node?.id })).toEqual({ drainNode: { node: { name: 'here' }, errors: [] } });
    expect(await here.ended).toBe(0);
    expect(await command('nodes')).toContain(' LEFT ');
  });
});
