import type { Logger } from 'pino';
import type { Bus, OnMessage, PublishOptions, Unsubscribe } from './bus.ts';
import { openCluster } from './cluster.ts';
import { keepClusterTopics } from './cluster-topics.ts';
import { isHandedOver } from './outbox.ts';
import { slotOf } from './slot.ts';

/** The options of a bus on a Redis Cluster. */
export interface ClusterBusOptions {
  /** Some of the cluster's nodes, as `redis://` or `rediss://` URLs. */
  readonly urls: readonly [string, ...string[]];
  /** The prefix of every topic; see RedisBusOptions. */
  readonly namespace: string;
  /** The time in ms after which a subscription that is not acknowledged fails with UNAVAILABLE. */
  readonly timeoutMs: number;
  /** `plain`: never use sharded Pub/Sub, even if the servers support it. All nodes of MPIM must use the same mode. */
  readonly mode?: 'auto' | 'plain' | undefined;
  /** The maximum time in ms for which a slot's move that the bus was not told of stays unnoticed. Defaults to 5,000. */
  readonly calmMs?: number | undefined;
  readonly logger: Logger;
}

// No answer to a client waits for a publish; a message only takes memory until it is given up.
const publishMs = 2_000;
// The limit on messages whose slot has moved and that wait for the new map. Reading the map takes milliseconds, or seconds if a master
// hangs.
const maxHeldBytes = 8 * 1024 * 1024;

/**
 * Creates a bus over the Pub/Sub of a Redis Cluster: sharded if all masters support SSUBSCRIBE (Redis 7), plain otherwise. In both modes, a
 * topic is published and subscribed at the master of its slot, with two connections to each master. The bus follows failovers and moving
 * slots. Messages lost meanwhile are reported as a gap. Near a gap, a message that the old master has forwarded to the new one may come
 * late or twice. Throws ConfigError (one line) if the cluster cannot be used at the start, within 15 s.
 */
export async function createClusterBus({ urls, namespace, timeoutMs, mode = 'auto', calmMs, logger }: ClusterBusOptions): Promise<Bus> {
  const gapListeners = new Set<() => void>();
  const subscribed = new Set<string>();
  // By slot: the number of messages given up because no master served the slot, or because it moved again.
  const homeless = new Map<number, number>();
  let heldBytes = 0;

  const cluster = await openCluster({
    ...{ urls, mode, calmMs, logger, subscribeMs: timeoutMs, publishMs: Math.min(timeoutMs, publishMs) },
    content: () => healthy(),
    events: {
      heard: (shard, channel, message) => topics.heard(shard, channel, message),
      lost: (shard) => topics.lost(shard),
      back: () => topics.settle(),
      refused: (shard) => topics.refused(shard),
      dropped: reportGap,
      remapped: () => {
        topics.settle();
        reportHomeless();
      },
    },
  });
  const topics = keepClusterTopics({
    ...{ shardOf: cluster.shardOf, bySlot: cluster.sharded, timeoutMs, logger },
    onRestored: reportGap,
    onDoubt: () => void cluster.refresh(),
  });

  function healthy(): boolean {
    return topics.live && cluster.ready;
  }

  function reportGap(): void {
    for (const listener of gapListeners) listener();
  }

  // Reported only once the slot is served again: the listeners of the gap may publish again, and would only be dropped again.
  function reportHomeless(): void {
    const served = [...homeless].filter(([slot]) => cluster.shardOf(slot) !== undefined);
    if (served.length === 0) return;
    for (const [slot] of served) homeless.delete(slot);
    logger.warn({ dropped: served.reduce((sum, [, count]) => sum + count, 0) }, 'hints were dropped: Redis does not keep up');
    reportGap();
  }

  async function subscribe(topic: string, onMessage: OnMessage): Promise<Unsubscribe> {
    if (subscribed.has(topic)) throw new Error(`topic ${topic} is subscribed already`);
    subscribed.add(topic);
    const channel = `${namespace}:${topic}`;
    try {
      await topics.join(channel, onMessage);
    } catch (error) {
      subscribed.delete(topic);
      throw error;
    }
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      subscribed.delete(topic);
      topics.leave(channel);
    };
  }

  async function publish(topic: string, message: string, options?: PublishOptions): Promise<boolean> {
    const channel = `${namespace}:${topic}`;
    const slot = slotOf(channel);
    let sent = await cluster.shardOf(slot)?.outbox.send(channel, message);
    if (sent === 'moved' && heldBytes + message.length <= maxHeldBytes) {
      heldBytes += message.length;
      await cluster.refresh();
      heldBytes -= message.length;
      sent = await cluster.shardOf(slot)?.outbox.send(channel, message);
    }
    if (sent !== undefined && sent !== 'moved') return isHandedOver(sent, options);
    homeless.set(slot, (homeless.get(slot) ?? 0) + 1);
    // A slot without a master is looked for anyway. Not awaited: `remapped` reports the loss, once for all messages that share the refresh.
    if (sent === 'moved') void cluster.refresh();
    return false;
  }

  async function close(): Promise<void> {
    topics[Symbol.dispose]();
    gapListeners.clear();
    await cluster[Symbol.asyncDispose]();
  }

  return {
    subscribe,
    publish,
    onGap: (listener) => {
      const own = () => listener();
      gapListeners.add(own);
      return () => void gapListeners.delete(own);
    },
    get healthy() {
      return healthy();
    },
    [Symbol.asyncDispose]: close,
  };
}
