import type { Logger } from 'pino';
import type { Bus, OnMessage, Unsubscribe } from './bus.ts';
import { openCluster } from './cluster.ts';
import { keepClusterTopics } from './cluster-topics.ts';
import { slotOf } from './slot.ts';

/** What a bus on a Redis Cluster needs. */
export interface ClusterBusOptions {
  /** Some of the cluster's nodes, as `redis://` or `rediss://`. */
  readonly urls: readonly [string, ...string[]];
  /** Stands before every topic; see RedisBusOptions. */
  readonly namespace: string;
  /** A subscription that is not acknowledged after so many ms is UNAVAILABLE. */
  readonly timeoutMs: number;
  /** `plain`: no sharded Pub/Sub, even where the servers have it. All nodes of MPIM must go the same way. */
  readonly mode?: 'auto' | 'plain' | undefined;
  /** For how many ms a move of which nobody is told may go unseen; 5,000 if absent. */
  readonly calmMs?: number | undefined;
  readonly logger: Logger;
}

// An answer never waits for a publish; it only holds memory until it is given up.
const publishMs = 2_000;
// Of messages whose slot has moved, until it is known where to: a reading of the map takes milliseconds, or seconds where a master hangs.
const maxHeldBytes = 8 * 1024 * 1024;

/**
 * A bus over the Pub/Sub of a Redis Cluster, sharded where all its masters know SSUBSCRIBE (Redis 7), plain elsewhere. Either way a topic is
 * published and subscribed at the master of its slot, by two connections to each. It follows failovers and moving slots: what was
 * lost meanwhile is a gap, and near it a message that the old master has passed on to the new one may come late or twice. Throws
 * ConfigError, one line, when the cluster cannot be used at the start (within 15 s).
 */
export async function createClusterBus({ urls, namespace, timeoutMs, mode = 'auto', calmMs, logger }: ClusterBusOptions): Promise<Bus> {
  const gapListeners = new Set<() => void>();
  const subscribed = new Set<string>();
  // How many messages of a slot were given up because nobody served it, or it moved again.
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

  // Not before the slot is served again: it would be told again and again.
  function reportHomeless(): void {
    const served = [...homeless].filter(([slot]) => cluster.shardOf(slot) !== undefined);
    if (served.length === 0) return;
    for (const [slot] of served) homeless.delete(slot);
    logger.warn({ dropped: served.reduce((sum, [, count]) => sum + count, 0) }, 'messages were not published');
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

  async function publish(topic: string, message: string): Promise<boolean> {
    const channel = `${namespace}:${topic}`;
    const slot = slotOf(channel);
    let sent = await cluster.shardOf(slot)?.outbox.send(channel, message);
    if (sent === 'moved' && heldBytes + message.length <= maxHeldBytes) {
      heldBytes += message.length;
      await cluster.refresh();
      heldBytes -= message.length;
      sent = await cluster.shardOf(slot)?.outbox.send(channel, message);
    }
    if (sent === 'sent' || sent === 'dropped') return sent === 'sent';
    homeless.set(slot, (homeless.get(slot) ?? 0) + 1);
    // A slot that nobody serves is looked for anyway. Not awaited: at its end this is told, once for all that share it.
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
