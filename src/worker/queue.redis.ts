import type { Logger } from 'pino';
import { z } from 'zod';
import { allOf } from '../all-of.ts';
import { createComplaints } from '../complaint.ts';
import { connectAnyRedis } from '../redis-client.ts';
import { createHolds, type Taken } from './holds.ts';
import type { Due, Held, Queue } from './queue.ts';
import { group, handBackScript, leadScript, putScript } from './queue-scripts.ts';

/** What a queue in Redis needs. */
export interface RedisQueueOptions {
  /** As REDIS_URL: one server or a cluster. */
  readonly url: string;
  /** Stands before every key: workers of another system, or of a database that was restored beside its original, are not of this one. */
  readonly namespace: string;
  /** This consumer's name, which no other has. */
  readonly consumer: string;
  /** What a consumer has taken up and not kept for so many ms is another's. */
  readonly visibilityMs: number;
  /** For how many ms at most a consumer waits for something to do before it looks again; 1,000 if absent. */
  readonly waitMs?: number | undefined;
  readonly logger: Logger;
}

// Nobody waits for this but the worker itself, which is better off to know that Redis hangs.
const commandMs = 1_000;
// Redis answers whoever waits as soon as there is something: the command must be over before its connection is taken for hanging.
const usualWaitMs = 1_000;
// Who hands on asks several times a second; if it dies another does within this.
const leadMs = 3_000;
// Holders find within this that Redis is back and tell it what they hold, should it have forgotten; until then nothing is handed out.
const longestRetryMs = 500;
const graceMs = 3 * longestRetryMs;
// Entries of the dead are looked for so often in a visibility time.
const claimsPerVisibility = 4;

const entrySchema = z.tuple([z.string(), z.array(z.string())]);
type Entry = z.output<typeof entrySchema>;
const digits = z.string().regex(/^\d{1,19}$/);
const dueSchema = z.object({ s: digits, u: digits });
const readSchema = z.array(z.tuple([z.string(), z.array(entrySchema)])).nullable();
// An entry that was deleted meanwhile comes as null from Redis 6.2.
const claimedSchema = z.tuple([z.string(), z.array(entrySchema.nullable())]).rest(z.unknown());
const leadSchema = z.tuple([z.number(), z.number()]);

/** A queue that workers share in Redis: a Stream with a group of consumers. Throws ConfigError when Redis cannot be used at the start. */
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
    // A connection of its own: whatever came after a read that waits would wait with it.
    waiting: connectAnyRedis({ ...manner, role: 'work-wait', timeoutMs: waitMs + commandMs }),
  });
  const connections = opening.move();
  const [{ client }, { client: waiter }] = [commands, waiting];
  const tag = `{${namespace}:work}`;
  const holdName = `${tag}:held:`;
  const run = async (script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> => {
    // A cluster's client would queue it.
    if (client.status !== 'ready') throw new Error('Redis is away');
    return client.eval(script, keys.length, ...keys, ...args);
  };
  const holds = createHolds({ run, queue: tag, holdName, consumer, visibilityMs, logger });
  const complain = createComplaints(logger, 'what stood in the queue of workers cannot be read and was taken out of it');
  let interrupted = false;
  let claimAt = 0;

  // What was under way when the connection was lost may not have been heard.
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

  /** What somebody else has put there would be handed out again and again. */
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

  /** What consumers had that have died. */
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

  async function take(limit: number, signal: AbortSignal): Promise<readonly Held[]> {
    if (client.status !== 'ready' || waiter.status !== 'ready') throw new Error('Redis is away');
    try {
      const claimed = await claim(limit);
      if (claimed.length > 0) return await holds.take(claimed);
      const found = await unlessAborted(read(limit), signal);
      return found === null ? [] : await holds.take(found);
    } catch (error) {
      // Redis came back empty. Whoever hands on makes the group anew.
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
      // Where this is lost, the visibility time does it.
      await handBack(consumer).catch(() => undefined);
      connections.dispose();
    },
  };
}

/** Null for what another release wrote, or somebody else. */
function takenOf([entryId, fields]: Entry): Taken | null {
  const { data } = dueSchema.safeParse(Object.fromEntries(fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1]]] : []))));
  return data === undefined ? null : { entryId, streamId: BigInt(data.s), upTo: Number(data.u) };
}

/** Null once it is aborted: what is read then is handed on again when this consumer leaves. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const end = (): void => resolve(null);
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  // Nobody listens to it any more once it was aborted.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
