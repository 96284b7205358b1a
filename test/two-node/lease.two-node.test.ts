import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import type { Chat } from '../../src/chat.ts';
import type { NodeRecord } from '../../src/cluster/index.ts';
import { chatOn } from '../support/chat.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { realStores, type Stores } from '../support/stores.ts';
import { type Doings, type Person, peopleOf } from '../support/world.ts';
import { earOnStream } from './ear.ts';
import { type Fleet, resuming, startFleet } from './reconnect-fleet.ts';
import { type FullGroup, fillGroup } from './reconnect-people.ts';

const clients = 50;
// Long compared with the pauses of a process on a busy machine, short compared with a test.
const leaseMs = 3_000;
// A takeover waits until the node's users are seen as gone. Nobody comes back within this grace period here.
const times = { NODE_LEASE_MS: String(leaseMs), PRESENCE_GRACE_MS: '100' };
const longMs = 120_000;

describe('nodes of one cluster', () => {
  const open = new AsyncDisposableStack();
  let stores: Stores;
  let group: FullGroup;
  /** A node without clients, which sees the others. */
  let observer: Chat;
  let paused: NodeProcess;
  let other: NodeProcess;
  let fleet: Fleet;

  beforeAll(async () => {
    stores = open.use(await realStores());
    group = await fillGroup(stores.env['DATABASE_URL'] ?? '', clients);
    const env = { ...stores.env, ...group.env, ...times };
    ({ paused, other } = await allOf(open, { paused: startNodeProcess(env), other: startNodeProcess(env) }));
    observer = open.use(await chatOn(stores, times));
    fleet = open.use(startFleet({ document: resuming, streamId: group.conversationId, members: group.members }));
  }, longMs);
  afterAll(() => open.disposeAsync());

  async function record({ url }: NodeProcess): Promise<Pick<NodeRecord, 'epoch' | 'state'> | undefined> {
    const found = (await observer.cluster.nodes()).find(({ address }) => address === url);
    return found && { epoch: found.epoch, state: found.state };
  }

  function on(node: NodeProcess): Doings {
    return peopleOf(() => node.url);
  }

  it(
    'that were paused for longer than their lease send their clients away, lose no messages, and serve the clients again',
    async () => {
      const owner = group.owner as Person;
      await expect.poll(() => record(paused)).toEqual({ epoch: 1, state: 'READY' });
      fleet.tell({ kind: 'connect', url: paused.url });
      await fleet.until({ ready: clients, closes: {} });
      const [first] = group.members;
      const stream = await earOnStream({ url: paused.url, token: first?.token ?? '' });
      paused.signal('SIGSTOP');
      // The survivors take it over and finish that.
      await expect.poll(() => record(paused), { timeout: 10 * leaseMs }).toBeUndefined();
      const { seq } = await on(other).say(owner, group.conversationId, 'while you slept');
      paused.signal('SIGCONT');
      await fleet.until({ ready: clients, closes: { 4512: clients }, least: seq, most: seq });
      expect((await stream.end()).how).toBe('UNAVAILABLE');
      await expect.poll(() => record(paused)).toEqual({ epoch: 3, state: 'READY' });
      const { seq: last } = await on(paused).say(owner, group.conversationId, 'good morning');
      await fleet.until({ ready: clients, closes: { 4512: clients }, least: last, most: last });
      expect(await record(other)).toEqual({ epoch: 1, state: 'READY' });
    },
    longMs,
  );

  it(
    'stop when another node asks them to, as by SIGTERM',
    async () => {
      const node = (await observer.cluster.nodes()).find(({ address }) => address === other.url);
      await observer.cluster.send(node?.nodeId ?? '', { kind: 'drain' });
      expect(await other.ended).toBe(0);
      await expect.poll(() => record(other)).toBeUndefined();
    },
    longMs,
  );
});
