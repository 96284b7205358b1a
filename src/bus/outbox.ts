import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { PublishOptions } from './bus.ts';

/**
 * The result of sending a message. `unknown`: no answer came, so it may have gone out. `moved`: another node of the cluster owns the
 * channel's slot.
 */
export type Sent = 'sent' | 'dropped' | 'unknown' | 'moved';

/** Returns what `Bus.publish` resolves with for a message that was not moved. */
export function isHandedOver(sent: Exclude<Sent, 'moved'>, { once = false }: PublishOptions = {}): boolean {
  return sent === 'sent' || (once && sent === 'unknown');
}

/** Publishes over one connection. */
export interface Outbox {
  /** Publishes a message, or gives it up within the client's command time-out. Never rejects. */
  send(channel: string, message: string): Promise<Sent>;
  /**
   * Reports messages that were dropped since the last report. Call it whenever the connection is seen to answer: the next publish may be a
   * long time away.
   */
  report(): void;
}

/** The parts that an outbox needs. */
export interface OutboxParts {
  readonly client: Redis;
  readonly publish: (channel: string, message: string) => Promise<unknown>;
  readonly logger: Logger;
  /** Called when Redis answers again after messages were dropped: this node's own listeners have missed them, too. */
  readonly onDropped: () => void;
}

// The limit on messages that wait for a Redis that does not read. Beyond it, messages are dropped.
const maxPendingBytes = 32 * 1024 * 1024;

/** Creates an outbox. Nothing is queued while the connection is lost. */
export function createOutbox({ client, publish, logger, onDropped }: OutboxParts): Outbox {
  let pendingBytes = 0;
  let dropped = 0;

  client.on('ready', report);

  function report(): void {
    if (dropped === 0) return;
    logger.warn({ dropped }, 'hints were dropped: Redis does not keep up');
    dropped = 0;
    onDropped();
  }

  async function send(channel: string, message: string): Promise<Sent> {
    // The length counts UTF-16 units, of at most three bytes each: the limit is loose, but it is one.
    if (client.status !== 'ready' || pendingBytes + message.length > maxPendingBytes) {
      dropped += 1;
      return 'dropped';
    }
    pendingBytes += message.length;
    try {
      await publish(channel, message);
      report();
      return 'sent';
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('MOVED ')) return 'moved';
      dropped += 1;
      logger.debug({ err: error, channel }, 'a hint could not be published');
      // What Redis refuses, it has not published.
      return error instanceof Error && error.name === 'ReplyError' ? 'dropped' : 'unknown';
    } finally {
      pendingBytes -= message.length;
    }
  }

  return { send, report };
}
