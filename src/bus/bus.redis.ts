import { RedisPubSub } from 'graphql-redis-subscriptions';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { connectRedis, isReplica, watchPulse } from '../redis/index.ts';
import type { Bus, OnMessage, PublishOptions, Unsubscribe } from './bus.ts';
import { createOutbox, isHandedOver } from './outbox.ts';
import { keepTopics, type Topics } from './redis-topics.ts';

/** The options of a bus on Redis. */
export interface RedisBusOptions {
  readonly url: string;
  /**
   * The prefix of every topic. Pub/Sub ignores database numbers: without a prefix, two systems on one Redis would receive each other's
   * messages, and so would a database that was restored beside its original. Use the database's epoch.
   */
  readonly namespace: string;
  /** The time in ms after which a subscription that is not acknowledged fails with UNAVAILABLE. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

// No answer to a client waits for a publish; a message only takes memory until it is given up.
const publishMs = 2_000;
const pulseMs = 5_000;

/**
 * Creates a bus over Redis Pub/Sub, with two connections. After the start it survives every outage: messages are dropped meanwhile, and
 * `onGap` calls once all topics are subscribed again. Throws ConfigError (one line) if Redis cannot be used at the start, within 15 s.
 */
export async function createRedisBus({ url, namespace, timeoutMs, logger }: RedisBusOptions): Promise<Bus> {
  const publisher = await connectRedis({ url, role: 'publisher', timeoutMs: Math.min(timeoutMs, publishMs), logger });
  const subscriber = await connectRedis({ url, role: 'subscriber', timeoutMs, logger }).catch((error: unknown) => {
    publisher.disconnect();
    throw error;
  });
  const gapListeners = new Set<() => void>();
  const topics = keepTopics(subscriber, { timeoutMs, logger, onRestored: reportGap });
  const pubsub = new RedisPubSub({
    publisher,
    subscriber: asSubscriber(subscriber, topics),
    messageEventName: 'messageBuffer',
    pmessageEventName: 'pmessageBuffer',
    serializer: String,
    deserializer: String,
  });
  const publish = (channel: string, message: string) => pubsub.publish(channel, message);
  const outbox = createOutbox({ client: publisher, publish, logger, onDropped: reportGap });
  const beatMs = Math.min(timeoutMs, pulseMs);
  const pulses = [watchPulse(publisher, beatMs, onBeat), watchPulse(subscriber, beatMs)];
  const subscribed = new Set<string>();

  function onBeat(): void {
    outbox.report();
    void leaveReplica();
  }

  // A server that was the master and kept its connections still takes messages, but passes them to its own subscribers only. New connections
  // lead to the new master.
  async function leaveReplica(): Promise<void> {
    if (await isReplica(publisher)) for (const client of [publisher, subscriber]) if (client.status === 'ready') client.disconnect(true);
  }

  function reportGap(): void {
    for (const listener of gapListeners) listener();
  }

  async function subscribe(topic: string, onMessage: OnMessage): Promise<Unsubscribe> {
    if (subscribed.has(topic)) throw new Error(`topic ${topic} is subscribed already`);
    subscribed.add(topic);
    const channel = `${namespace}:${topic}`;
    const acknowledged = topics.join(channel);
    const [id] = await Promise.all([pubsub.subscribe(channel, onMessage), acknowledged.catch(() => {})]);
    function forget(): void {
      subscribed.delete(topic);
      pubsub.unsubscribe(id);
    }
    try {
      await acknowledged;
    } catch (error) {
      forget();
      throw error;
    }
    let ended = false;
    return () => {
      if (!ended) forget();
      ended = true;
    };
  }

  async function send(topic: string, message: string, options?: PublishOptions): Promise<boolean> {
    const sent = await outbox.send(`${namespace}:${topic}`, message);
    return sent !== 'moved' && isHandedOver(sent, options);
  }

  async function close(): Promise<void> {
    for (const stop of pulses) stop();
    topics[Symbol.dispose]();
    gapListeners.clear();
    subscriber.disconnect();
    // QUIT waits for earlier publishes, bounded by the command time-out. Without a connection it rejects at once.
    await publisher.quit().catch(() => {});
    publisher.disconnect();
  }

  return {
    subscribe,
    publish: send,
    onGap: (listener) => {
      const own = () => listener();
      gapListeners.add(own);
      return () => void gapListeners.delete(own);
    },
    get healthy() {
      return topics.live && publisher.status === 'ready';
    },
    [Symbol.asyncDispose]: close,
  };
}

/**
 * The subscriber as RedisPubSub sees it. RedisPubSub keeps a failed subscription for ever, and drops the promise of UNSUBSCRIBE, whose
 * rejection would end the process when the connection is lost. So every call succeeds here, and `topics` does the work.
 */
function asSubscriber(client: Redis, topics: Topics): Redis {
  const face = {
    on: (event: string, listener: (...args: unknown[]) => void) => client.on(event, listener),
    subscribe: (_topic: string, acknowledge: (error: null) => void) => acknowledge(null),
    unsubscribe: (topic: string) => topics.leave(topic),
    punsubscribe: () => {},
  };
  return face as unknown as Redis;
}
