import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { watchPulse } from '../redis.ts';
import { createOutbox, type Outbox } from './outbox.ts';

/** One master of a cluster, by two connections. */
export interface Shard extends AsyncDisposable {
  /** `host:port`. */
  readonly address: string;
  readonly publisher: Redis;
  readonly outbox: Outbox;
  /** Stands for the connection that hears: another object after each reconnect, undefined while there is none. */
  readonly session: object | undefined;
  /** False while messages cannot be sent or heard here. */
  readonly ready: boolean;
  /** Resolves when the node has acknowledged all channels; in sharded mode they must be of one slot. Rejects otherwise, at the latest at the command time-out. */
  ask(channels: readonly string[]): Promise<void>;
  /** Tells the node in the background. */
  leave(channel: string): void;
}

/** What is told of a shard. */
export interface ShardEvents {
  readonly heard: (shard: Shard, channel: string, message: string) => void;
  /** The connection that hears is lost, and all its channels with it. */
  readonly lost: (shard: Shard) => void;
  readonly back: (shard: Shard) => void;
  /** The node has refused channels because another one has their slot. */
  readonly refused: (shard: Shard) => void;
  /** Messages that could not be published can be again. */
  readonly dropped: () => void;
}

/** What a shard is made of. */
export interface ShardParts {
  readonly address: string;
  readonly publisher: Redis;
  readonly subscriber: Redis;
  /** Whether a message goes to its shard only, or to all nodes of the cluster. */
  readonly sharded: boolean;
  readonly pulseMs: number;
  readonly logger: Logger;
  readonly events: ShardEvents;
}

/** Speaks to one master of a cluster. Owns both connections: they end with it. */
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

  // The client never settles an SSUBSCRIBE that is answered so: it only says this.
  function refuse(): void {
    events.refused(shard);
  }

  // When a slot moves away the node ends its subscriptions by an answer to no question. The client takes it for the answer to whatever
  // waits, so that one answer is left over sooner or later: then nothing that it says can be trusted, and a new connection begins clean.
  // The node says it once for every channel; the first time is enough.
  function recover(error: Error): void {
    if (session === undefined || !error.message.startsWith('Command queue state error')) return;
    logger.debug({ err: error }, 'a node ended subscriptions by itself');
    lose();
    subscriber.disconnect(true);
  }

  function leave(channel: string): void {
    // A connection that is lost has forgotten the channel anyway.
    if (session === undefined) return;
    (sharded ? subscriber.sunsubscribe(channel) : subscriber.unsubscribe(channel)).catch(() => {});
  }

  async function close(): Promise<void> {
    for (const stop of pulses) stop();
    subscriber.off('close', lose).off('ready', resume).off('moved', refuse).off('error', recover);
    session = undefined;
    subscriber.disconnect();
    outbox.report();
    // QUIT waits for what was published before it, bounded by the command time-out; without a connection it rejects at once.
    await publisher.quit().catch(() => {});
    publisher.disconnect();
  }

  return shard;
}
