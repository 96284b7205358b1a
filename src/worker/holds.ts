import type { Logger } from 'pino';
import { z } from 'zod';
import type { Due, Held } from './queue.ts';
import { doneScript, holdScript, keepScript } from './queue-scripts.ts';

/** An item that a consumer has read from the queue. */
export interface Taken extends Due {
  /** The item's id in Redis' stream. */
  readonly entryId: string;
}

/** The streams that one consumer holds. */
export interface Holds extends Disposable {
  has(entryId: string): boolean;
  /** What is held now. */
  all(): readonly Taken[];
  /** Takes the streams that nobody holds and drops the others. Rejects while Redis is away. */
  take(taken: readonly Taken[]): Promise<readonly Held[]>;
  /** Renews all holds in Redis, and finds those that are lost. Never rejects. */
  keep(): Promise<void>;
}

/** The parts that the holds need. */
export interface HoldsParts {
  readonly run: (script: string, keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>;
  /** Called if Redis may still count as held what this consumer is done with. */
  readonly unreleased: () => void;
  /** The queue's key. */
  readonly queue: string;
  /** The prefix of a hold's key; the stream's id follows. */
  readonly holdName: string;
  readonly consumer: string;
  readonly visibilityMs: number;
  readonly logger: Logger;
}

interface Hold extends Taken {
  readonly lost: AbortController;
  /** When the hold lapses unless Redis renews it, by performance.now(). */
  lapsesAt: number;
  lapse?: NodeJS.Timeout;
}

// A hold lapses here with a quarter of its time left, as a margin for a slow Redis and a late process. Of the four renewals before that,
// three may be lost.
const lostAfter = 0.75;
const keepsPerVisibility = 6;

const flags = z.array(z.number());

/** Creates the holds, and renews them until they are done or disposed of. */
export function createHolds({ run, unreleased, queue, holdName, consumer, visibilityMs, logger }: HoldsParts): Holds {
  const held = new Map<string, Hold>();
  const keyOf = ({ streamId }: Due): string => `${holdName}${streamId}`;
  let keeping: Promise<void> | undefined;

  function ask(script: string, taken: readonly Taken[]): Promise<readonly number[]> {
    const args = [consumer, visibilityMs, ...taken.map(({ entryId }) => entryId)];
    return run(script, [queue, ...taken.map(keyOf)], args).then((answer) => flags.parse(answer));
  }

  /** Records that Redis has renewed the hold at `at` or later. A timer ends the hold, since an answer of Redis may take long. */
  function keepSince(hold: Hold, at: number): void {
    clearTimeout(hold.lapse);
    hold.lapsesAt = at + lostAfter * visibilityMs;
    hold.lapse = setTimeout(lose, hold.lapsesAt - performance.now(), hold).unref();
  }

  function drop(hold: Hold): void {
    clearTimeout(hold.lapse);
    held.delete(hold.entryId);
  }

  function lose(hold: Hold): void {
    drop(hold);
    hold.lost.abort(new Error(`the stream ${hold.streamId} may be another worker’s`));
  }

  async function keepOnce(): Promise<void> {
    const askedAt = performance.now();
    // A paused process may come here first. Holds that lapsed meanwhile must be left to other consumers, not renewed.
    for (const hold of held.values()) if (hold.lapsesAt <= askedAt) lose(hold);
    const all = [...held.values()];
    try {
      const kept = all.length === 0 ? [] : await ask(keepScript, all);
      for (const [place, hold] of all.entries()) {
        // Done or lapsed meanwhile.
        if (held.get(hold.entryId) !== hold) continue;
        if (kept[place] === 1) keepSince(hold, askedAt);
        else lose(hold);
      }
    } catch (error) {
      logger.debug({ err: error }, 'held streams could not be renewed');
    }
  }

  // Concurrent calls share one renewal.
  function keep(): Promise<void> {
    keeping ??= keepOnce().finally(() => {
      keeping = undefined;
    });
    return keeping;
  }

  async function done(hold: Hold): Promise<void> {
    // It has lapsed. The stream may be held anew, even by this consumer, and that hold is not done.
    if (held.get(hold.entryId) !== hold) return;
    drop(hold);
    try {
      await run(doneScript, [queue, keyOf(hold)], [consumer, hold.entryId]);
    } catch (error) {
      logger.debug({ err: error }, 'finished work could not be removed from the queue; it will be handed on again');
      unreleased();
    }
  }

  const timer = setInterval(() => void keep(), visibilityMs / keepsPerVisibility).unref();
  return {
    has: (entryId) => held.has(entryId),
    all: () => [...held.values()],
    keep,
    async take(taken) {
      if (taken.length === 0) return [];
      const askedAt = performance.now();
      const got = await ask(holdScript, taken);
      return taken.flatMap((one, place) => {
        if (got[place] !== 1) return [];
        const hold: Hold = { ...one, lost: new AbortController(), lapsesAt: 0 };
        held.set(one.entryId, hold);
        keepSince(hold, askedAt);
        return [{ streamId: one.streamId, upTo: one.upTo, lost: hold.lost.signal, done: () => done(hold) }];
      });
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      for (const hold of held.values()) lose(hold);
    },
  };
}
