import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Bus } from '../../src/bus/index.ts';
import type { Cluster } from '../../src/cluster/index.ts';
import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import { readConfig } from '../../src/config/index.ts';
import type { Db } from '../../src/db/index.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import { createLog } from '../../src/log/index.ts';
import { parsePresenceHint, presenceTopic } from '../../src/presence/hint.ts';
import { createPresences, type Presences, type Roster } from '../../src/presence/index.ts';
import { createRedisRoster } from '../../src/presence/roster.redis.ts';
import type { Access, Viewer } from '../../src/user/index.ts';
import { createSimulation, leaseMs, type Simulation } from '../cluster/simulation.ts';
import { chatOver } from '../support/chat.ts';
import { sqliteDb } from '../support/db.ts';
import { person } from '../support/people.ts';
import { type Service, startRedis } from '../support/services.ts';
import { connection } from './roster.contract.ts';

// The bus works all the time. Only the roster does not answer.
describe('a write to the roster without an answer', () => {
  const namespace = randomUUID();
  // A write without an answer is repeated after a second, with a time-out of half a second.
  const patience = { timeout: 10_000 };
  let open: AsyncDisposableStack;
  let redis: Service;
  let db: Db;
  let bus: Bus;
  let roster: Roster;
  let simulation: Simulation;
  let ann: Viewer;
  let heard: (number | null)[];
  let unanswered: number;

  beforeEach(async () => {
    open = new AsyncDisposableStack();
    redis = open.use(await startRedis());
    db = open.use(await sqliteDb());
    bus = createMemoryBus();
    roster = open.use(await createRedisRoster({ url: redis.url, namespace, logger: pino({ level: 'silent' }) }));
    const registry = createMemoryRegistry();
    simulation = open.use(createSimulation(async () => registry));
    ann = await person(open.use(chatOver(db)), 'ann');
    [heard, unanswered] = [[], 0];
    await bus.subscribe(presenceTopic(ann.userId), (message) => {
      const hint = parsePresenceHint(message);
      heard.push(hint?.kind === 'standing' ? hint.devices : null);
    });
  });
  afterEach(() => open.disposeAsync());

  /** Creates a node's presences. Counts writes without an answer by their log lines. */
  function presencesOn(cluster: Cluster): Presences {
    function write(line: string): void {
      if (line.includes('a connection could not be registered')) unanswered += 1;
    }
    const logger = pino({ level: 'debug' }, { write });
    const config = readConfig({ PRESENCE_GRACE_MS: '0' });
    return open.use(
      createPresences({
        ...{ db, bus, roster, cluster, config, logger },
        log: createLog({ db, bus, logger }),
        limits: createMemoryLimits(),
        renew() {},
      }),
    );
  }

  test('is published to watchers as soon as the roster answers again', async () => {
    const { cluster } = await simulation.start();
    const access: Access = { ...ann, deviceKind: 'WEB', role: 'USER', bot: false, expiresAt: new Date(Date.now() + 60_000) };
    const held = presencesOn(cluster).connect(access, () => undefined);
    await expect.poll(() => heard, patience).toEqual([1]);
    await redis.pause();
    held[Symbol.dispose]();
    // First that the connection is leaving, then that it is gone. The server has both in its socket, and executes them when it resumes.
    await expect.poll(() => unanswered, patience).toBe(2);
    redis.resume();
    await expect.poll(() => heard, patience).toEqual([1, 0]);
  });

  test('is published by the next heir if the previous one got no further', async () => {
    const [dead, heir] = [await simulation.start(), await simulation.start()];
    presencesOn(heir.cluster);
    const { nodeId, epoch } = dead.cluster.lease;
    await roster.put({ ...connection(ann.userId, 1), id: `${nodeId}.${epoch}.1` });
    const server = new Redis(redis.url);
    await server.del(`${namespace}:presence:${ann.userId}`);
    server.disconnect();
    await simulation.advance(3 * leaseMs, heir);
    await expect.poll(() => heard, patience).toEqual([0]);
  });
});
