import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import { createRedisRoster } from '../../src/presence/roster.redis.ts';
import { Watch } from '../../src/presence/watch.ts';
import { Watching } from '../../src/presence/watching.ts';
import type { Viewer } from '../../src/user/index.ts';
import { createFlock } from '../cluster/flock.ts';
import { chatOver } from '../support/chat.ts';
import { sqliteDb } from '../support/db.ts';
import { person } from '../support/people.ts';
import { type Service, startRedis } from '../support/services.ts';
import { connection } from './roster.contract.ts';

// The bus works all the time: only who is on the roster cannot be read.
describe('watching', () => {
  const logger = pino({ level: 'silent' });
  let open: AsyncDisposableStack;
  let redis: Service;
  let ann: Viewer;
  let begin: (viewer: Viewer) => Watch;
  let choose: (status: 'BUSY' | 'AWAY') => Promise<unknown>;
  let comes: () => Promise<unknown>;

  beforeEach(async () => {
    open = new AsyncDisposableStack();
    redis = open.use(await startRedis({ args: ['--appendonly', 'yes'] }));
    const db = open.use(await sqliteDb());
    const bus = createMemoryBus();
    const chat = open.use(chatOver(db, {}, bus));
    const flock = open.use(createFlock(async () => createMemoryRegistry()));
    const { cluster } = await flock.hatch();
    const roster = open.use(await createRedisRoster({ url: redis.url, namespace: randomUUID(), logger }));
    const watching = open.use(new Watching({ db, bus, roster, cluster, logger, renew() {} }));
    ann = await person(chat, 'ann');
    comes = () => roster.put(connection(ann.userId, 1));
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

  test('reads what was to be read anew once the roster is back, without another sign', async () => {
    await comes();
    const watch = begin(ann);
    expect(await watch.next()).toMatchObject({ value: { status: 'ONLINE' } });
    await redis.kill();
    await choose('BUSY');
    await redis.restart();
    expect(await watch.next()).toMatchObject({ value: { status: 'BUSY' } });
    await watch.return();
  });

  test('begins anew where the one before was ended while the bus was still asked', async () => {
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
