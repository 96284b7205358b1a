import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { ChatError } from '../errors.ts';

/** The topics to which a connection is subscribed, across reconnects. */
export interface Topics extends Disposable {
  /**
   * Subscribes to a topic. Resolves once Redis has acknowledged. Throws ChatError UNAVAILABLE if it does not in time; then the topic is
   * left.
   */
  join(topic: string): Promise<void>;
  /** Unsubscribes from a topic in the background. */
  leave(topic: string): void;
  /** False from the loss of the connection until every topic is acknowledged again. */
  readonly live: boolean;
}

/** A wanted topic. A topic that is left and joined again gets another seat. */
interface Seat {
  readonly topic: string;
  /** Cleared once acknowledged, to save memory: most seats live as long as a client's connection. */
  waiting: PromiseWithResolvers<void> | undefined;
}

// Redis answers each topic of a SUBSCRIBE separately. One command for all of them would block it for too long.
const topicsPerCommand = 500;
const restoreAgainMs = 1_000;

/**
 * Keeps topics subscribed. The client's own resubscription is off: it does not say when it is done, and it loses topics that are requested
 * during the outage. Instead, all wanted topics are subscribed again after each reconnect, and `onRestored` is called once all are
 * acknowledged.
 */
export function keepTopics(
  client: Redis,
  parts: { readonly timeoutMs: number; readonly logger: Logger; readonly onRestored: () => void },
): Topics {
  const { timeoutMs, logger, onRestored } = parts;
  const wanted = new Map<string, Seat>();
  let live = true;
  // Counts losses of the connection, so that a restore that another loss has overtaken reports nothing.
  let connection = 0;
  let retry: NodeJS.Timeout | undefined;

  client.on('close', lose);
  client.on('ready', restore);

  function lose(): void {
    // It would cut the next connection, which is restored by itself.
    clearTimeout(retry);
    live = false;
    connection += 1;
  }

  async function restore(): Promise<void> {
    const restoring = connection;
    try {
      const seats = [...wanted.values()];
      for (let from = 0; from < seats.length; from += topicsPerCommand) {
        await subscribe(seats.slice(from, from + topicsPerCommand).filter((seat) => wanted.get(seat.topic) === seat));
        if (restoring !== connection) return;
      }
      live = true;
      onRestored();
    } catch (error) {
      if (restoring !== connection) return;
      // Redis is connected but refuses or stalls: start again with a new connection.
      logger.error({ err: error, topics: wanted.size }, 'topics could not be resubscribed');
      retry = setTimeout(() => client.disconnect(true), restoreAgainMs);
    }
  }

  async function subscribe(seats: readonly Seat[]): Promise<void> {
    if (seats.length === 0) return;
    await client.subscribe(...seats.map(({ topic }) => topic));
    for (const seat of seats) {
      seat.waiting?.resolve();
      seat.waiting = undefined;
    }
  }

  async function join(topic: string): Promise<void> {
    const waiting = Promise.withResolvers<void>();
    const { promise, reject } = waiting;
    const seat: Seat = { topic, waiting };
    wanted.set(topic, seat);
    const timer = setTimeout(reject, timeoutMs, new Error(`not acknowledged within ${timeoutMs} ms`));
    // Without a connection, or if it is lost before the answer, restore() subscribes the seat.
    if (client.status === 'ready') {
      const attempt = connection;
      subscribe([seat]).catch((error: unknown) => {
        if (attempt === connection && client.status === 'ready') reject(error);
      });
    }
    try {
      await promise;
    } catch (cause) {
      leave(topic);
      throw unavailable(cause);
    } finally {
      clearTimeout(timer);
    }
  }

  function leave(topic: string): void {
    wanted.delete(topic);
    // After a lost connection, Redis has forgotten the topic anyway.
    if (client.status === 'ready') client.unsubscribe(topic).catch(() => {});
  }

  function dispose(): void {
    clearTimeout(retry);
    client.off('close', lose);
    client.off('ready', restore);
    live = false;
    for (const seat of wanted.values()) seat.waiting?.reject(new Error('the bus is closed'));
    wanted.clear();
  }

  return {
    join,
    leave,
    get live() {
      return live && client.status === 'ready';
    },
    [Symbol.dispose]: dispose,
  };
}

/** Returns the error of a subscribe that was not acknowledged. */
export function unavailable(cause: unknown): ChatError {
  return new ChatError('UNAVAILABLE', 'Live delivery is not available right now. Try again.', { cause });
}
