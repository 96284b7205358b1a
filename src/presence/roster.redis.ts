import type { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Lease } from '../cluster/index.ts';
import { createIgnoredReports, type ReportIgnored } from '../ignored-data.ts';
import { readJson } from '../read-json.ts';
import { connectAnyRedis } from '../redis/index.ts';
import { deviceKinds } from '../user/index.ts';
import { type Connection, type ConnectionRef, leaseOf, type Roster, type RosterChange, type UserConnections } from './roster.ts';

/** The options of a roster in Redis. */
export interface RedisRosterOptions {
  /** Like REDIS_URL: one server or a cluster. */
  readonly url: string;
  /** The prefix of every key. It separates other systems, and a database that was restored beside its original. */
  readonly namespace: string;
  readonly logger: Logger;
  /** The maximum wait between attempts to reconnect. Defaults to 2 s. */
  readonly longestRetryMs?: number | undefined;
}

const stored = z.object({
  s: z.string(),
  k: z.enum(deviceKinds),
  t: z
    .number()
    .transform((ms) => new Date(ms))
    .pipe(z.date()),
  i: z.boolean().default(false),
  l: z.boolean().default(false),
});

const isId = /^\d{1,19}$/;

// The longest that opening a subscription may wait for the roster.
const commandMs = 500;
// Entries that a lost shard of a cluster has orphaned expire by themselves. Nodes put their connections again well within this time
// (own-connections.ts).
const keptSeconds = 86_400;
// How many connections of a lease are read at once.
const pageSize = 500;

// A user's connections are one hash, so that each change is atomic on a cluster too. Its field `rev` is the time of the last change in µs,
// or the former value plus one if that is greater. The scripts return the field's former value, the revision, and the whole hash.
const answer = `
  return {before, string.format('%.0f', rev), redis.call('HGETALL', KEYS[1])}`;
const revision = `
  local before = redis.call('HGET', KEYS[1], ARGV[1])
  local time = redis.call('TIME')
  local last = tonumber(redis.call('HGET', KEYS[1], 'rev') or '0') or 0
  local rev = math.max(last + 1, tonumber(time[1]) * 1000000 + tonumber(time[2]))`;
const put = `${revision}
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2], 'rev', string.format('%.0f', rev))
  redis.call('EXPIRE', KEYS[1], ARGV[3])${answer}`;
const remove = `${revision}
  redis.call('HDEL', KEYS[1], ARGV[1])
  if redis.call('HLEN', KEYS[1]) <= 1 then redis.call('DEL', KEYS[1])
  else redis.call('HSET', KEYS[1], 'rev', string.format('%.0f', rev)) end${answer}`;

type Answered = readonly [before: string | null, rev: string, fields: readonly string[]];

interface Scripts {
  rosterPut(key: string, id: string, connection: string, seconds: number): Promise<Answered>;
  rosterRemove(key: string, id: string): Promise<Answered>;
}

/** Creates a roster that nodes share in Redis. Throws ConfigError if Redis cannot be used at the start. */
export async function createRedisRoster({ url, namespace, logger, longestRetryMs }: RedisRosterOptions): Promise<Roster> {
  const redis = await connectAnyRedis({ url, role: 'presence', timeoutMs: commandMs, logger, longestRetryMs });
  redis.client.defineCommand('rosterPut', { numberOfKeys: 1, lua: put });
  redis.client.defineCommand('rosterRemove', { numberOfKeys: 1, lua: remove });

  function ready(): (Redis | Cluster) & Scripts {
    // A cluster client queues commands while it is not connected.
    if (redis.client.status !== 'ready') throw new Error('Redis is away');
    // Both commands are defined above.
    return redis.client as typeof redis.client & Scripts;
  }

  function userKey(userId: bigint): string {
    return `${namespace}:presence:${userId}`;
  }

  function leaseKey({ nodeId, epoch }: Lease): string {
    return `${namespace}:held:${nodeId}.${epoch}`;
  }

  const complain = createIgnoredReports(logger, 'a connection that is not to be read was left out of who is online');

  return {
    async put(connection) {
      const { id, userId } = connection;
      // The lease's list is written first: an heir could never remove a connection that is not on it.
      await ready().hset(leaseKey(leaseOf(id)), id, String(userId));
      return attended({ userId, id }, await ready().rosterPut(userKey(userId), id, format(connection), keptSeconds), complain);
    },
    async remove({ id, userId }) {
      const answered = await ready().rosterRemove(userKey(userId), id);
      await ready().hdel(leaseKey(leaseOf(id)), id);
      return attended({ userId, id }, answered, complain);
    },
    async of(userIds) {
      const client = ready();
      const all = await Promise.all(userIds.map((userId) => client.hgetall(userKey(userId))));
      return userIds.map((userId, place) => attendance(userId, Object.entries(all[place] ?? {}), complain));
    },
    async *heldBy(lease) {
      let cursor = '0';
      do {
        const [next, fields] = await ready().hscan(leaseKey(lease), cursor, 'COUNT', pageSize);
        cursor = next;
        const held: ConnectionRef[] = [];
        for (const [id, userId] of pairs(fields)) {
          if (isId.test(userId)) held.push({ id, userId: BigInt(userId) });
          else {
            // Nobody would ever remove the field.
            complain(id);
            await ready().hdel(leaseKey(lease), id);
          }
        }
        yield held;
      } while (cursor !== '0');
    },
    [Symbol.asyncDispose]: async () => redis[Symbol.dispose](),
  };
}

function attended({ userId, id }: ConnectionRef, [before, rev, fields]: Answered, complain: ReportIgnored): RosterChange {
  const after = { ...attendance(userId, pairs(fields), complain), rev: Number(rev) };
  return { before: before === null ? null : parse({ userId, id }, before), after };
}

function attendance(userId: bigint, fields: readonly (readonly [string, string])[], complain: ReportIgnored): UserConnections {
  const connections: Connection[] = [];
  for (const [id, text] of fields) {
    if (id === 'rev') continue;
    const connection = parse({ userId, id }, text);
    if (connection === null) complain(id);
    else connections.push(connection);
  }
  return { userId, rev: Number(fields.find(([name]) => name === 'rev')?.[1]) || 0, connections };
}

function pairs(fields: readonly string[]): readonly (readonly [string, string])[] {
  return fields.flatMap((name, place) => (place % 2 === 0 ? [[name, fields[place + 1] ?? ''] as const] : []));
}

function format({ sessionId, deviceKind, since, idle, leaving }: Connection): string {
  return JSON.stringify({ s: sessionId, k: deviceKind, t: since.getTime(), ...(idle && { i: true }), ...(leaving && { l: true }) });
}

/** Null for a value that another release wrote and this release cannot read. */
function parse({ userId, id }: ConnectionRef, text: string): Connection | null {
  const { success, data } = stored.safeParse(readJson(text));
  if (!success) return null;
  return { id, userId, sessionId: data.s, deviceKind: data.k, since: data.t, idle: data.i, leaving: data.l };
}
