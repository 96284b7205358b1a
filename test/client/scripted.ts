import type { Payload, Result, Sink } from '../../client/index.ts';
import { manualClock } from '../support/manual-clock.ts';
import { type Choices, follow } from './follower.ts';

/** An attempt to subscribe, whose outcome the test decides. */
export interface Attempt extends Sink {
  readonly payload: Payload;
}

/** An entry of a stream. */
export function entry(seq: number, streamId = 'a'): Result {
  return { data: { events: { __typename: 'EntryHidden', streamId, seq } } };
}

/** StreamReady with one position. */
export function ready(seq: number, streamId = 'a'): Result {
  return { data: { events: { __typename: 'StreamReady', positions: [{ streamId, seq, epoch: 'e' }] } } };
}

/** Follows with a transport and a clock that the test controls, so that each outcome comes at the wanted moment. */
export function scripted(choices: Choices = {}) {
  const attempts: Attempt[] = [];
  const clock = manualClock();
  let left = 0;
  const follower = follow({
    clock: { now: clock.now, after: (ms, work) => clock.after(ms, async () => work()) },
    random: () => 0.999_999,
    subscribe(payload, sink) {
      attempts.push({ payload, next: (result) => sink.next(result), error: (error) => sink.error(error), complete: () => sink.complete() });
      return () => {
        left += 1;
      };
    },
    ...choices,
  });

  /** The attempt with this number, once it is made. */
  async function attempt(number: number): Promise<Attempt> {
    for (;;) {
      const found = attempts[number - 1];
      if (found !== undefined) return found;
      await turn();
    }
  }

  /** The wait in ms, once the follower waits for the given time. */
  async function waiting(time: number): Promise<number> {
    for (;;) {
      const waits = follower.statuses.flatMap((status) => (status.state === 'waiting' ? [status.until] : []));
      const until = waits[time - 1];
      if (until !== undefined) return until - clock.now();
      await turn();
    }
  }

  return { ...follower, clock, attempt, waiting, attempts: () => attempts.length, left: () => left };
}

/** Lets everything continue that needs no clock. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
