import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { watchPulse } from '../redis/index.ts';
import { createOutbox, type Outbox } from './outbox.ts';

/** One master of a cluster, with two connections. */
export interface Shard extends AsyncDisposable {
  /** Its `host:port`. */
  readonly address: string;
  readonly publisher: Redis;
  readonly outbox: Outbox;
  /** Identifies the subscriber's current connection: a new object after each reconnect, undefined while there is none. */
  readonly session: object | undefined;
  /** False while messages cannot be sent to or received from this master. */
  readonly ready: boolean;
  /**
   * Subscribes to channels; in sharded mode, they must share a slot. Resolves once all are acknowledged. Rejects otherwise, at the latest
   * after the command time-out.
   */
  ask(channels: readonly string[]): Promise<void>;
  /** Unsubscribes from a channel in the background. */
  leave(channel: string): void;
}

/** The events of a shard. */
export interface ShardEvents {
  readonly heard: (shard: Shard, channel: string, message: string) => void;
  /** The subscriber's connection is lost, with all its channels. */
  readonly lost: (shard: Shard) => void;
  readonly back: (shard: Shard) => void;
  /** The node has refused channels because another node owns their slot. */
  readonly refused: (shard: Shard) => void;
  /** Messages were dropped, and can be published again. */
  readonly dropped: () => void;
}

/** The parts that a shard needs. */
export interface ShardParts {
  readonly address: string;
  readonly publisher: Redis;
  readonly subscriber: Redis;
  /** True if messages go only to the shard of their channel; false if they go to all nodes of the cluster. */
  readonly sharded: boolean;
  readonly pulseMs: number;
  readonly logger: Logger;
  readonly events: ShardEvents;
}

/** Creates a shard. It owns both connections and closes them when it is disposed of. */
export function createShard({ address, publisher, subscriber, sharded, pulseMs, logger, events }: ShardParts): Shard {
  let session: object | undefined = subscriber.status === 'ready' ? {} : undefined;
  const publish = (channel: string, message: string) =>
    sharded ? publisher.spublish(channel, message) : publisher.publish(channel, message);
  const outbox = createOutbox({ client: publisher, publish, logger, onDropped: events.dropped });
  const pulses = [watchPulse(publisher, pulseMs, outbox.report), watchPulse(subscriber, pulseMs)];

  const shard: Shard = {
    ...{ address, publisher, outbox, leave },
    get session() {
      return session;
    },
    get ready() {
      return session !== undefined && publisher.status === 'ready';
    },
    ask: async (channels) => void (await (sharded ? subscriber.ssubscribe(...channels) : subscriber.subscribe(...channels))),
    [Symbol.asyncDispose]: close,
  };

  subscriber.on(sharded ? 'smessage' : 'message', (channel: string, message: string) => events.heard(shard, channel, message));
  subscriber.on('close', lose).on('ready', resume).on('moved', refuse).on('error', recover);

  function lose(): void {
    session = undefined;
    events.lost(shard);
  }

  function resume(): void {
    session = {};
    events.back(shard);
  }

  // The client never settles an SSUBSCRIBE that is answered with MOVED; it only emits this event.
  function refuse(): void {
    events.refused(shard);
  }

  // When a slot moves away, the node ends its subscriptions with replies to no command. The client takes each for the reply to whatever
  // command is waiting, so sooner or later a reply is left over, and no reply can be trusted. A new connection starts clean. The node sends
  // one such reply per channel; the first is enough.
  function recover(error: Error): void {
    if (session === undefined || !error.message.startsWith('Command queue state error')) return;
    logger.debug({ err: error }, 'a Redis node ended subscriptions on its own');
    lose();
    subscriber.disconnect(true);
  }

  function leave(channel: string): void {
    // After a lost connection, the node has forgotten the channel anyway.
    if (session === undefined) return;
    (sharded ? subscriber.sunsubscribe(channel) : subscriber.unsubscribe(channel)).catch(() => {});
  }

  async function close(): Promise<void> {
    for (const stop of pulses) stop();
    subscriber.off('close', lose).off('ready', resume).off('moved', refuse).off('error', recover);
    session = undefined;
    subscriber.disconnect();
    outbox.report();
    // QUIT waits for earlier publishes, bounded by the command time-out. Without a connection it rejects at once.
    await publisher.quit().catch(() => {});
    // The earlier publishes have ended too, and may have been given up.
    outbox.report();
    publisher.disconnect();
  }

  return shard;
}
