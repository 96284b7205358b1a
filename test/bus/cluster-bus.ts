import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect } from 'vitest';
import { createClusterBus } from '../../src/bus/bus.cluster.redis.ts';
import type { Bus } from '../../src/bus/index.ts';
import { parseRedisUrl } from '../../src/redis-url.ts';
import type { RedisCluster } from '../support/redis-cluster.ts';
import type { Service } from '../support/services.ts';

/** Sharded Pub/Sub where the servers have it, and plain. */
export const modes = ['auto', 'plain'] as const;

/** How often the map is looked at where nobody tells of what has changed: ten times as often as usual. */
export const oftenMs = 500;

/** How a bus of a test may be opened; a namespace of its own and 2 s if absent. */
export interface ClusterBusOptions {
  /** What is not told is looked for so often, in ms: where it is, as it is of moves in auto mode, as seldom as usual if absent. */
  readonly calmMs?: number;
  readonly mode?: (typeof modes)[number];
  readonly namespace?: string;
  readonly timeoutMs?: number;
}

/** Opens a bus on the cluster at a `redis+cluster://` URL. */
export function openClusterBus(url: string, options: ClusterBusOptions = {}): Promise<Bus> {
  const { mode = 'auto', namespace = randomUUID(), timeoutMs = 2_000, calmMs = mode === 'plain' ? oftenMs : undefined } = options;
  const place = parseRedisUrl(url);
  if (place === undefined) throw new Error(`${url} is no URL of a Redis`);
  return createClusterBus({ urls: place.urls, namespace, timeoutMs, mode, calmMs, logger: pino({ level: 'silent' }) });
}

/** Topics of a namespace that belong to one master. */
export async function topicsAt(cluster: RedisCluster, master: Service, namespace: string, count: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (let id = 1; found.length < count; id += 1) {
    const topic = `stream:${id}`;
    if ((await cluster.ownerOf(`${namespace}:${topic}`)) === master) found.push(topic);
  }
  return found;
}

/** A topic that is listened to. */
export interface Ear {
  readonly topic: string;
  /** What was heard. */
  readonly messages: readonly string[];
  /** How many gaps the bus has reported since. */
  readonly gaps: () => number;
}

/** Subscribes. */
export async function listen(bus: Bus, topic: string): Promise<Ear> {
  const messages: string[] = [];
  let gaps = 0;
  bus.onGap(() => {
    gaps += 1;
  });
  await bus.subscribe(topic, (message) => void messages.push(message));
  return { topic, messages, gaps: () => gaps };
}

/** Resolves at the next gap that the bus reports. */
export function nextGap(bus: Bus): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = bus.onGap(() => {
    stop();
    resolve();
  });
  return promise;
}

/**
 * Publishes until all have heard the same, anew only after a gap: a message that is lost without one is waited for in vain. For when a
 * cluster changes: the connections that publish and hear come back one by one, so that the first gap need not be the last; and what was
 * published before may come late.
 */
export async function reach(bus: Bus, ears: readonly Ear[]): Promise<void> {
  for (;;) {
    const mark = randomUUID();
    let told = false;
    const stop = bus.onGap(() => {
      told = true;
    });
    const heard = (): boolean => ears.every(({ messages }) => messages.includes(mark));
    for (const { topic } of ears) await bus.publish(topic, mark);
    await expect.poll(() => heard() || told).toBe(true);
    stop();
    if (heard()) return;
  }
}
