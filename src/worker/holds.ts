import type { Logger } from 'pino';
import { z } from 'zod';
import type { Due, Held } from './queue.ts';
import { doneScript, holdScript, keepScript } from './queue-scripts.ts';

/** What a consumer has read from the queue. */
export interface Taken extends Due {
  /** Its id in Redis' stream. */
  readonly entryId: string;
}

/** The streams that one consumer holds. */
export interface Holds extends Disposable {
  has(entryId: string): boolean;
  /** Takes hold of those that nobody holds; the others are dropped. Rejects while Redis is away. */
  take(taken: readonly Taken[]): Promise<readonly Held[]>;
  /** Tells Redis that all of them are held still, and finds which are not. Never rejects. */
  keep(): Promise<void>;
}

/** What holds are made of. */
export interface HoldsParts {
  readonly run: (script: string, keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>;
  /** The queue's key. */
  readonly queue: string;
  /** What stands before a stream's id in the name of its hold. */
  readonly holdName: string;
  readonly consumer: string;
  readonly visibilityMs: number;
  readonly logger: Logger;
}

interface Hold extends Taken {
  readonly lost: AbortController;
  /** When it ends unless Redis keeps it on, by this process's clock. */
  lapsesAt: number;
  lapse?: NodeJS.Timeout;
}

// A hold lapses with a fourth of its time left, for a Redis that is slow and a process that is late. Of the four renewals before that three may be lost.
const lostAfter = 0.75;
const keepsPerVisibility = 6;

const flags = z.array(z.number());

/** Makes them, and keeps what is held until it is done or the holds are disposed of. */
export function createHolds({ run, queue, holdName, consumer, visibilityMs, logger }: HoldsParts): Holds {
  const held = new Map<string, Hold>();
  const keyOf = ({ streamId }: Due): string => `${holdName}${streamId}`;
  let keeping: Promise<void> | undefined;

  function ask(script: string, taken: readonly Taken[]): Promise<readonly number[]> {
    const args = [consumer, visibilityMs, ...taken.map(({ entryId }) => entryId)];
    return run(script, [queue, ...taken.map(keyOf)], args).then((answer) => flags.parse(answer));
  }

  /** Redis has surely kept it for this consumer since then, by this process's clock. A lapse is not left to an answer, which may be long in coming. */
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
    // A process that was paused comes here first. What has lapsed meanwhile is to be taken up by others, and not kept from them.
    for (const hold of held.values()) if (hold.lapsesAt <= askedAt) lose(hold);
    const all = [...held.values()];
    try {
      const kept = all.length === 0 ? [] : await ask(keepScript, all);
      for (const [place, hold] of all.entries()) {
        // It is done, or has lapsed, meanwhile.
        if (held.get(hold.entryId) !== hold) continue;
        if (kept[place] === 1) keepSince(hold, askedAt);
        else lose(hold);
      }
    } catch (error) {
      logger.debug({ err: error }, 'what is held could not be kept');
    }
  }

  // One at a time, whoever asks for it.
  function keep(): Promise<void> {
    keeping ??= keepOnce().finally(() => {
      keeping = undefined;
    });
    return keeping;
  }

  async function done(hold: Hold): Promise<void> {
    // It has lapsed. Whoever has it by now, this consumer it may be, is not done.
    if (held.get(hold.entryId) !== hold) return;
    drop(hold);
    await run(doneScript, [queue, keyOf(hold)], [consumer, hold.entryId]).catch((error: unknown) =>
      logger.debug({ err: error }, 'what was done could not be taken out of the queue'),
    );
  }

  const timer = setInterval(() => void keep(), visibilityMs / keepsPerVisibility).unref();
  return {
    has: (entryId) => held.has(entryId),
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
