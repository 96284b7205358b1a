import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { ChatError } from '../errors.ts';

/** The topics that a connection is subscribed to, through all its reconnections. */
export interface Topics extends Disposable {
  /** Resolves when Redis has acknowledged. Throws ChatError UNAVAILABLE when it does not in time; then the topic is left. */
  join(topic: string): Promise<void>;
  /** Tells Redis in the background. */
  leave(topic: string): void;
  /** False from the loss of the connection until every topic is acknowledged anew. */
  readonly live: boolean;
}

/** A topic as it is wanted; one that was left and joined again is another seat. */
interface Seat {
  readonly topic: string;
  /** There until it is acknowledged: most seats are for as long as somebody is connected. */
  waiting: PromiseWithResolvers<void> | undefined;
}

// One SUBSCRIBE for all would keep Redis, which answers each topic by itself, from everybody else for long.
const topicsPerCommand = 500;
const restoreAgainMs = 1_000;

/**
 * Keeps topics subscribed. The client's own resubscription is off: nobody could tell when it is done, and what was asked for during the
 * outage would be lost. Instead everything wanted is subscribed anew after each reconnect, and only when all of it is acknowledged `onRestored` calls.
 */
export function keepTopics(
  client: Redis,
  parts: { readonly timeoutMs: number; readonly logger: Logger; readonly onRestored: () => void },
): Topics {
  const { timeoutMs, logger, onRestored } = parts;
  const wanted = new Map<string, Seat>();
  let live = true;
  // Counts connections: a restoring that was overtaken by another loss has nothing to say any more.
  let connection = 0;
  let retry: NodeJS.Timeout | undefined;

  client.on('close', lose);
  client.on('ready', restore);

  function lose(): void {
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
      // The connection stands but Redis refuses or stalls: begin again with a new one.
      logger.error({ err: error, topics: wanted.size }, 'topics could not be subscribed again');
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
    // Without a connection, or when it is lost before the answer, restore() takes the seat along.
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
    // A connection that is lost has forgotten the topic anyway.
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

/** What a subscribe throws that was not acknowledged. */
export function unavailable(cause: unknown): ChatError {
  return new ChatError('UNAVAILABLE', 'Live delivery is not available right now. Try again.', { cause });
}
