import type { Logger } from 'pino';
import { z } from 'zod';
import { createIgnoredReports, type ReportIgnored } from '../ignored-data.ts';
import { readJson } from '../read-json.ts';
import { connectAnyRedis } from '../redis/index.ts';
import { type Lease, nodeStates } from './node-record.ts';
import type { BeatAnswer, Registered, Registry, RegistryState, Takeover } from './registry.ts';
import { beatScript, claimScript, finishScript, leaveScript, reclaimScript } from './registry-scripts.ts';

/** The options of a registry in Redis. */
export interface RedisRegistryOptions {
  /** Like REDIS_URL: one server or a cluster. */
  readonly url: string;
  /** The prefix of its key. It separates other systems, and a database that was restored beside its original. */
  readonly namespace: string;
  readonly logger: Logger;
  /** The maximum wait between attempts to reconnect. Defaults to 2 s. */
  readonly longestRetryMs?: number | undefined;
}

// A fifth of the default time between two beats: a command that hangs does not delay the next beat.
const commandMs = 500;

/** Creates a registry that nodes share in Redis. Throws ConfigError if Redis cannot be used at the start. */
export async function createRedisRegistry({ url, namespace, logger, longestRetryMs }: RedisRegistryOptions): Promise<Registry> {
  const redis = await connectAnyRedis({ url, role: 'nodes', timeoutMs: commandMs, logger, longestRetryMs });
  const { client } = redis;
  const key = `${namespace}:nodes`;
  const complain = createIgnoredReports(logger, 'what the registry of nodes holds here cannot be read and is ignored');

  function run(script: string, ...args: readonly (string | number)[]): Promise<unknown> {
    // A cluster client queues commands while it is not connected.
    if (client.status !== 'ready') throw new Error('Redis is away');
    return client.eval(script, 1, key, ...args);
  }

  async function beat({ nodeId, epoch, beat: count, state, ...record }: Registered): Promise<BeatAnswer> {
    const [newer, ...rest] = beaten.parse(await run(beatScript, nodeId, epoch, count, state, selfOf(record)));
    if (rest.length === 0) return { fencedBy: newer };
    const [before, ageMs, flat] = rest;
    return { ...readCensus(flat, complain), before: before < 0 ? null : before, ageMs };
  }

  async function claim({ nodeId, epoch, beat: count }: Registered, by: Lease): Promise<boolean> {
    return (await run(claimScript, nodeId, epoch, count, by.nodeId, by.epoch)) === 1;
  }

  async function reclaim({ dead, heir }: Takeover, by: Lease): Promise<boolean> {
    return (await run(reclaimScript, dead.nodeId, dead.epoch, heir.nodeId, heir.epoch, by.nodeId, by.epoch)) === 1;
  }

  async function finish({ dead, heir }: Takeover): Promise<void> {
    await run(finishScript, dead.nodeId, dead.epoch, heir.nodeId, heir.epoch);
  }

  async function leave({ nodeId, epoch }: Lease): Promise<void> {
    await run(leaveScript, nodeId, epoch);
  }

  async function read(): Promise<RegistryState> {
    if (client.status !== 'ready') throw new Error('Redis is away');
    return readCensus(Object.entries(await client.hgetall(key)).flat(), complain);
  }

  return { beat, claim, reclaim, finish, leave, read, [Symbol.asyncDispose]: async () => redis[Symbol.dispose]() };
}

const whole = z.number().int();
const beaten = z.union([z.tuple([whole]), z.tuple([whole, whole, whole, z.array(z.string())])]);

const self = z.object({
  name: z.string(),
  address: z.string(),
  version: z.string(),
  roles: z.array(z.string()),
  // Nodes of earlier releases do not report their keys.
  keys: z.array(z.string()).default([]),
  startedAt: z
    .number()
    .transform((ms) => new Date(ms))
    .pipe(z.date()),
  load: z.object({ sockets: z.number(), eventsPerSecond: z.number(), loopDelayMs: z.number() }),
});
const json = z.string().transform(readJson);
const storedNode = json.pipe(z.object({ epoch: whole, beat: whole, state: z.enum(nodeStates), self: json.pipe(self) }));
const storedTakeover = json.pipe(z.object({ heirId: z.string(), heirEpoch: whole }));

function selfOf({ startedAt, ...rest }: Omit<Registered, 'nodeId' | 'epoch' | 'beat' | 'state'>): string {
  return JSON.stringify({ ...rest, startedAt: startedAt.getTime() });
}

/** Reads the hash from a flat list: field, value, field, value, … */
function readCensus(flat: readonly string[], complain: ReportIgnored): RegistryState {
  const records: Registered[] = [];
  const takeovers: Takeover[] = [];
  for (let at = 0; at < flat.length; at += 2) {
    const [field = '', text = ''] = [flat[at], flat[at + 1]];
    if (field === ':born') continue;
    const entry = readNode(field, text) ?? readTakeover(field, text);
    if (entry === undefined) complain(field, { text: text.slice(0, 200) });
    else if ('heir' in entry) takeovers.push(entry);
    else records.push(entry);
  }
  return { records, takeovers };
}

function readNode(nodeId: string, text: string): Registered | undefined {
  if (nodeId === '' || nodeId.includes(':')) return undefined;
  const { data } = storedNode.safeParse(text);
  if (data === undefined) return undefined;
  const { self: own, ...rest } = data;
  return { nodeId, ...rest, ...own };
}

function readTakeover(field: string, text: string): Takeover | undefined {
  const [, nodeId, epoch] = /^([^:]+):(\d+)$/.exec(field) ?? [];
  const { data } = storedTakeover.safeParse(text);
  if (nodeId === undefined || data === undefined) return undefined;
  return { dead: { nodeId, epoch: Number(epoch) }, heir: { nodeId: data.heirId, epoch: data.heirEpoch } };
}
