import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Entry, Ephemeral, Log } from '../log/index.ts';
import type { Channel, Listener } from './channel.ts';
import type { Outlet } from './outlet.ts';

/** One subscription's way through one stream. */
export interface Follower {
  readonly streamId: bigint;
  /** The last seq that was put in line for the client. */
  position(): number;
  /** Puts everything up to `upTo` in line, as the client makes room. Throws ChatError UNAVAILABLE. */
  replay(upTo: number): Promise<void>;
  /** From here on: whatever comes. Catches up first; where the log cannot be read, goes on trying until it can or the follower stops. */
  goLive(): void;
  stop(): void;
}

interface FollowerParts {
  readonly channel: Channel;
  readonly position: number;
  readonly log: Log;
  readonly outlet: Outlet;
  readonly logger: Logger;
  /** Takes the entry; false ends the following before the entry is delivered (I4). */
  readonly take: (entry: Entry) => boolean;
  readonly ephemeral?: (hint: Ephemeral) => void;
  /** Entries up to `head` cannot be had. */
  readonly skipped: (head: number) => void;
}

// Entries put in line at once: what a subscription may hold beyond its queue.
const replayPage = 200;
// The log is asked again after 0.1 s, then ever later, at most every 2 s.
const firstRetryMs = 100;
const lastRetryMs = 2_000;

/**
 * Follows a stream from a position in three phases. Catch up: the log is read page by page, from memory where the channel's ring
 * reaches. Cut over: when the position is the channel's own, in one synchronous step, so nothing can come between. Live: entries pass
 * straight through. A client that does not keep up drops back to the first phase and is fed from the log when it has made room: memory stays bounded (I6).
 */
export function createFollower({ channel, log, outlet, logger, take, ephemeral, skipped, ...start }: FollowerParts): Follower {
  const { streamId } = channel;
  let position = start.position;
  let live = false;
  let stopped = false;

  const listener: Listener = {
    entry(entry) {
      if (!live || entry.seq <= position) return;
      if (outlet.full()) {
        live = false;
        void catchUp();
      } else {
        pass(entry);
      }
    },
    ephemeral(hint) {
      if (live && !outlet.crowded()) ephemeral?.(hint);
    },
    skipped(head) {
      if (live) jump(head);
    },
  };

  function stop(): void {
    stopped = true;
    live = false;
    channel.leave(listener);
  }

  function pass(entry: Entry): void {
    if (stopped) return;
    if (take(entry)) position = entry.seq;
    else stop();
  }

  function jump(head: number): void {
    position = head;
    skipped(head);
  }

  /** One step of catching up; false when there is nothing left up to the channel's own place or `upTo`. */
  async function step(upTo: number): Promise<boolean> {
    await outlet.room();
    if (stopped || outlet.ended()) return false;
    const recent = channel.recent(position);
    if (recent !== null) {
      for (const entry of recent) if (entry.seq <= upTo) pass(entry);
      return false;
    }
    const { entries, floor, head } = await log.read(streamId, { after: position, limit: replayPage, upTo });
    if (position < floor) jump(head);
    for (const entry of entries) if (entry.seq === position + 1) pass(entry);
    return !stopped && position < Math.min(upTo, head);
  }

  async function catchUp(): Promise<void> {
    for (let retryMs = firstRetryMs; !stopped && !outlet.ended(); ) {
      try {
        while (await step(Number.POSITIVE_INFINITY)) retryMs = firstRetryMs;
        if (stopped || position >= channel.lastSeq()) {
          live = !stopped;
          return;
        }
      } catch (error) {
        logger.warn({ err: error, streamId: String(streamId), position }, 'a subscription could not catch up; it tries again');
        await delay(retryMs * (0.5 + Math.random()), undefined, { ref: false });
        retryMs = Math.min(retryMs * 2, lastRetryMs);
      }
    }
  }

  channel.join(listener);
  return {
    streamId,
    position: () => position,
    async replay(upTo) {
      if (position < upTo) while (await step(upTo));
    },
    goLive: () => void catchUp(),
    stop,
  };
}
