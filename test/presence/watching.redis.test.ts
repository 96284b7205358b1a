import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import { formatPresenceHint, presenceTopic } from '../../src/presence/hint.ts';
import { createRedisRoster } from '../../src/presence/roster.redis.ts';
import type { Roster } from '../../src/presence/roster.ts';
import { Watch } from '../../src/presence/watch.ts';
import { Watching } from '../../src/presence/watching.ts';
import type { Viewer } from '../../src/user/index.ts';
import { createSimulation } from '../cluster/simulation.ts';
import { chatOver } from '../support/chat.ts';
import { sqliteDb } from '../support/db.ts';
import { person } from '../support/people.ts';
import { type Service, startRedis } from '../support/services.ts';
import { cuttable } from './cuttable.ts';
import { connection } from './roster.contract.ts';

// The bus works all the time. Only the roster cannot be read.
describe('watching', () => {
  const logger = pino({ level: 'silent' });
  let open: AsyncDisposableStack;
  let redis: Service;
  let ann: Viewer;
  let begin: (viewer: Viewer) => Watch;
  let choose: (status: 'BUSY' | 'AWAY' | 'INVISIBLE') => Promise<unknown>;
  let comes: (device?: number) => ReturnType<Roster['put']>;
  let own: ReturnType<typeof cuttable>;

  beforeEach(async () => {
    open = new AsyncDisposableStack();
    redis = open.use(await startRedis({ args: ['--appendonly', 'yes'] }));
    const db = open.use(await sqliteDb());
    const bus = createMemoryBus();
    const chat = open.use(chatOver(db, {}, bus));
    const simulation = open.use(createSimulation(async () => createMemoryRegistry()));
    const { cluster } = await simulation.start();
    const roster = open.use(await createRedisRoster({ url: redis.url, namespace: randomUUID(), logger }));
    own = cuttable(bus);
    const watching = open.use(new Watching({ db, bus: own, roster, cluster, logger, renew() {} }));
    ann = await person(chat, 'ann');
    comes = (device = 1) => roster.put(connection(ann.userId, device));
    choose = (choice) => chat.presence.choose(ann, { choice });
    begin = (viewer) =>
      new Watch({
        ...{ viewer, userIds: [ann.userId], signal: new AbortController().signal },
        onStart: (watch) => void watching.open(watch).catch((error: unknown) => watch.fail(error)),
        onEnd: (watch) => watching.close(watch),
      });
  });
  afterEach(() => open.disposeAsync());

  test('is UNAVAILABLE while the roster cannot be reached', async () => {
    await redis.kill();
    await expect(begin(ann).next()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('reads what is outstanding once the roster is back, without another hint', async () => {
    await comes();
    const watch = begin(ann);
    expect(await watch.next()).toMatchObject({ value: { status: 'ONLINE' } });
    await redis.kill();
    await choose('BUSY');
    await redis.restart();
    expect(await watch.next()).toMatchObject({ value: { status: 'BUSY' } });
    await watch.return();
  });

  test('does not show a user who became invisible, by a node’s own hints while it is cut off or before it has read again', async () => {
    const comesHere = async (device: number) => {
      const { rev } = (await comes(device)).after;
      const hint = { kind: 'standing', rev, devices: device, idle: false, lastSeenAt: null } as const;
      await own.publish(presenceTopic(ann.userId), formatPresenceHint(hint));
    };
    await comes();
    const watch = begin(ann);
    expect(await watch.next()).toMatchObject({ value: { status: 'ONLINE', devices: 1 } });
    own.cut();
    await choose('INVISIBLE');
    await comesHere(2);
    expect(await watch.next()).toMatchObject({ value: { status: 'OFFLINE' } });
    await choose('BUSY');
    const again = comesHere(3);
    expect(await watch.next()).toMatchObject({ value: { status: 'BUSY', devices: 3 } });
    await again;
    await choose('INVISIBLE');
    own.mend();
    await comesHere(4);
    expect(await watch.next()).toMatchObject({ value: { status: 'OFFLINE' } });
    await watch.return();
  });

  test('starts anew if the previous watch ended while its topic was being subscribed', async () => {
    await comes();
    const ended = begin(ann);
    const nothing = ended.next();
    const isOver = ended.return();
    const watch = begin(ann);
    expect(await watch.next()).toMatchObject({ value: { status: 'ONLINE' } });
    await isOver;
    expect(await nothing).toMatchObject({ done: true });
    await choose('AWAY');
    expect(await watch.next()).toMatchObject({ value: { status: 'AWAY' } });
    await watch.return();
  });
});
