import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

/** What became of a message: `moved` means that another node of the cluster takes it. */
export type Sent = 'sent' | 'dropped' | 'moved';

/** What publishes over one connection. */
export interface Outbox {
  /** Hands a message over, or gives it up within the client's command time-out. Never rejects. */
  send(channel: string, message: string): Promise<Sent>;
  /** Tells of what was dropped and not told of yet. To be called whenever the connection is seen to answer: nobody may publish again for long. */
  report(): void;
}

/** What an outbox needs. */
export interface OutboxParts {
  readonly client: Redis;
  readonly publish: (channel: string, message: string) => Promise<unknown>;
  readonly logger: Logger;
  /** Called when Redis answers again after messages were dropped: what this node could not send, its own listeners have not heard either. */
  readonly onDropped: () => void;
}

// What may wait for a Redis that does not read, before messages are dropped instead.
const maxPendingBytes = 32 * 1024 * 1024;

/** Publishes over a connection; nothing is queued while it is away. */
export function createOutbox({ client, publish, logger, onDropped }: OutboxParts): Outbox {
  let pendingBytes = 0;
  let dropped = 0;

  client.on('ready', report);

  function report(): void {
    if (dropped === 0) return;
    logger.warn({ dropped }, 'messages were not published');
    dropped = 0;
    onDropped();
  }

  async function send(channel: string, message: string): Promise<Sent> {
    // UTF-16 units: at most a third of the bytes for text, and a bound all the same.
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
      logger.debug({ err: error, channel }, 'a message was not published');
      return 'dropped';
    } finally {
      pendingBytes -= message.length;
    }
  }

  return { send, report };
}
