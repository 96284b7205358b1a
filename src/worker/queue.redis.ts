import type { Logger } from 'pino';
import { z } from 'zod';
import { allOf } from '../all-of.ts';
import { createIgnoredReports } from '../ignored-data.ts';
import { connectAnyRedis } from '../redis/index.ts';
import { createHolds, type Taken } from './holds.ts';
import type { Due, Held, Queue } from './queue.ts';
import { group, handBackRestScript, handBackScript, leadScript, putScript } from './queue-scripts.ts';

/** The options of a queue in Redis. */
export interface RedisQueueOptions {
  /** Like REDIS_URL: one server or a cluster. */
  readonly url: string;
  /** The prefix of every key. It separates other systems, and a database that was restored beside its original. */
  readonly namespace: string;
  /** The name of this consumer. No other may have it. */
  readonly consumer: string;
  /** The time in ms after which streams that a consumer holds and has not renewed go to another. */
  readonly visibilityMs: number;
  /** The maximum time in ms for which a consumer waits for items before it looks again. Defaults to 1,000. */
  readonly waitMs?: number | undefined;
  readonly logger: Logger;
}

// Only the worker itself waits for these commands, and it should soon notice that Redis hangs.
const commandMs = 1_000;
// Redis answers a waiting read as soon as there is an item. Without one, the read must end before its connection is taken to hang.
const usualWaitMs = 1_000;
// The relay renews its lead several times a second. If it dies, another node takes over within this time.
const leadMs = 3_000;
// Within this time holders notice that Redis is back, and write their holds again in case it has forgotten them. Until then nothing is
// handed out.
const longestRetryMs = 500;
const graceMs = 3 * longestRetryMs;
// How often per visibility time the items of dead consumers are looked for.
const claimsPerVisibility = 4;

const entrySchema = z.tuple([z.string(), z.array(z.string())]);
type Entry = z.output<typeof entrySchema>;
const digits = z.string().regex(/^\d{1,19}$/);
const dueSchema = z.object({ s: digits, u: digits });
const readSchema = z.array(z.tuple([z.string(), z.array(entrySchema)])).nullable();
// Redis 6.2 returns an item that was deleted meanwhile as null.
const claimedSchema = z.tuple([z.string(), z.array(entrySchema.nullable())]).rest(z.unknown());
const leadSchema = z.tuple([z.number(), z.number()]);

/**
 * Creates a queue that workers share in Redis: a Redis stream with a consumer group. Throws ConfigError if Redis cannot be used at the
 * start.
 */
export async function createRedisQueue({
  url,
  namespace,
  consumer,
  visibilityMs,
  waitMs = usualWaitMs,
  logger,
}: RedisQueueOptions): Promise<Queue> {
  using opening = new DisposableStack();
  const manner = { url, logger, longestRetryMs };
  const { commands, waiting } = await allOf(opening, {
    commands: connectAnyRedis({ ...manner, role: 'work', timeoutMs: commandMs }),
    // A connection of its own: commands after a blocking read would have to wait for it.
    waiting: connectAnyRedis({ ...manner, role: 'work-wait', timeoutMs: waitMs + commandMs }),
  });
  const connections = opening.move();
  const [{ client }, { client: waiter }] = [commands, waiting];
  const tag = `{${namespace}:work}`;
  const holdName = `${tag}:held:`;
  const run = async (script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> => {
    // A cluster client queues commands while it is not connected.
    if (client.status !== 'ready') throw new Error('Redis is away');
    return client.eval(script, keys.length, ...keys, ...args);
  };
  // Whether Redis may have assigned items to this consumer that it does not hold.
  let astray = false;
  const unreleased = (): void => {
    astray = true;
  };
  const holds = createHolds({ run, unreleased, queue: tag, holdName, consumer, visibilityMs, logger });
  const complain = createIgnoredReports(logger, 'what stood in the queue of workers cannot be read and was taken out of it');
  let interrupted = false;
  let claimAt = 0;

  // Commands that were under way when the connection was lost may not have reached Redis.
  const back = (): void => {
    interrupted = true;
    void holds.keep();
  };
  client.on('ready', back);

  async function lead() {
    const wasInterrupted = interrupted;
    const [state, length] = leadSchema.parse(await run(leadScript, [tag, `${tag}:lead`, `${tag}:born`], [consumer, leadMs, graceMs]));
    if (state === 0) return null;
    if (wasInterrupted) interrupted = false;
    return { anew: state === 2 || wasInterrupted, waiting: length };
  }

  async function put(due: readonly Due[]): Promise<void> {
    const pairs = due.flatMap(({ streamId, upTo }) => [String(streamId), upTo]);
    await run(putScript, [tag], pairs);
  }

  /** Removes items that somebody else has put there: they would be handed out again and again. */
  async function understood(entries: readonly Entry[]): Promise<readonly Taken[]> {
    const taken: Taken[] = [];
    for (const entry of entries) {
      const one = takenOf(entry);
      if (one !== null) taken.push(one);
      else {
        complain(entry[0]);
        await client.xack(tag, group, entry[0]);
        await client.xdel(tag, entry[0]);
      }
    }
    return taken;
  }

  /** Takes over items of consumers that have died. */
  async function claim(limit: number): Promise<readonly Taken[]> {
    if (performance.now() < claimAt) return [];
    claimAt = performance.now() + visibilityMs / claimsPerVisibility;
    const [, entries] = claimedSchema.parse(await client.xautoclaim(tag, group, consumer, visibilityMs, '0', 'COUNT', limit));
    if (entries.length === limit) claimAt = 0;
    return understood(entries.flatMap((entry) => (entry === null || holds.has(entry[0]) ? [] : [entry])));
  }

  async function read(limit: number): Promise<readonly Taken[]> {
    const answer = await waiter.xreadgroup('GROUP', group, consumer, 'COUNT', limit, 'BLOCK', waitMs, 'STREAMS', tag, '>');
    return understood((readSchema.parse(answer) ?? []).flatMap(([, entries]) => entries));
  }

  /**
   * Hands on again what Redis has assigned to this consumer in answers that came too late, and what it could not report as done. Nobody else
   * would get these streams before the visibility time is over.
   */
  async function handBackRest(): Promise<void> {
    astray = false;
    // Redis has then dealt with the late commands of this connection, and deals with those of the other before the script.
    await waiter.xlen(tag);
    const held = holds.all().flatMap(({ entryId, streamId }) => [entryId, String(streamId)]);
    await run(handBackRestScript, [tag], [consumer, holdName, ...held]);
  }

  async function take(limit: number, signal: AbortSignal): Promise<readonly Held[]> {
    if (client.status !== 'ready' || waiter.status !== 'ready') throw new Error('Redis is away');
    try {
      if (astray) await handBackRest();
      const claimed = await claim(limit);
      if (claimed.length > 0) return await holds.take(claimed);
      const found = await unlessAborted(read(limit), signal);
      return found === null ? [] : await holds.take(found);
    } catch (error) {
      astray = true;
      // Redis came back empty. The script creates the group again.
      if (error instanceof Error && error.message.startsWith('NOGROUP')) await run(putScript, [tag], []);
      throw error;
    }
  }

  /** Hands on again what a consumer has taken up. */
  async function handBack(of: string): Promise<void> {
    await run(handBackScript, [tag, `${tag}:lead`], [of, holdName]);
  }

  return {
    inherit: handBack,
    lead,
    put,
    take,
    async [Symbol.asyncDispose]() {
      client.off('ready', back);
      holds[Symbol.dispose]();
      waiter.disconnect();
      // If this fails, the items are handed on after the visibility time.
      await handBack(consumer).catch(() => undefined);
      connections.dispose();
    },
  };
}

/** Null for an item of another release, or of somebody else. */
function takenOf([entryId, fields]: Entry): Taken | null {
  const { data } = dueSchema.safeParse(Object.fromEntries(fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1]]] : []))));
  return data === undefined ? null : { entryId, streamId: BigInt(data.s), upTo: Number(data.u) };
}

/** Returns null once the signal aborts. Items that the read still returns are handed on again when this consumer leaves. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const end = (): void => resolve(null);
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  // After an abort nobody listens to the read any more.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
