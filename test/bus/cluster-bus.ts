import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect } from 'vitest';
import { createClusterBus } from '../../src/bus/bus.cluster.redis.ts';
import type { Bus } from '../../src/bus/index.ts';
import { parseRedisUrl } from '../../src/config/redis-url.ts';
import type { RedisCluster } from '../support/redis-cluster.ts';
import type { Service } from '../support/services.ts';

/** Sharded Pub/Sub if the servers support it, and plain Pub/Sub. */
export const modes = ['auto', 'plain'] as const;

/** The interval at which the slots are read where no event reports changes, in ms: ten times as often as usual. */
export const oftenMs = 500;

/** The options of a test's bus. By default it has a new namespace and a time-out of 2 s. */
export interface ClusterBusOptions {
  /**
   * The interval at which changes without an event are looked for, in ms. By default `oftenMs` in plain mode, and the usual one in auto
   * mode, in which events report moved slots.
   */
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

/** Returns topics of a namespace that belong to one master. */
export async function topicsAt(cluster: RedisCluster, master: Service, namespace: string, count: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (let id = 1; found.length < count; id += 1) {
    const topic = `stream:${id}`;
    if ((await cluster.ownerOf(`${namespace}:${topic}`)) === master) found.push(topic);
  }
  return found;
}

/** A subscribed topic. */
export interface Ear {
  readonly topic: string;
  /** The messages received. */
  readonly messages: readonly string[];
  /** Returns the number of gaps that the bus has reported since. */
  readonly gaps: () => number;
}

/** Subscribes to a topic. */
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
 * Publishes until all have received the same message. Publishes again only after a gap, so a message that is lost without a gap fails the
 * test. For changes of a cluster: the connections for publishing and subscribing recover one by one, so the first gap need not be the last,
 * and earlier messages may arrive late.
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
