import { randomFrom } from '../support/random.ts';

/** Random choices, determined by a seed. */
export interface Chance {
  /** Returns a whole number between two, both included. */
  whole(from: number, to: number): number;
  /** Returns true with this probability. */
  odds(share: number): boolean;
  /** Returns a random element of a non-empty list. */
  one<T>(of: readonly T[]): T;
  /** Returns a random subset, in order. */
  some<T>(of: readonly T[], share: number): readonly T[];
}

// Close seeds have close first numbers.
const warmUp = 32;

/** Creates choices from a seed: the same seed and calls give the same results. */
export function chanceFrom(seed: number): Chance {
  const random = randomFrom(seed);
  for (let n = 0; n < warmUp; n++) random();

  function whole(from: number, to: number): number {
    return from + Math.floor(random() * (to - from + 1));
  }

  function one<T>(of: readonly T[]): T {
    if (of.length === 0) throw new Error('there is nothing to choose from');
    return of[whole(0, of.length - 1)] as T;
  }

  return {
    whole,
    one,
    odds: (share) => random() < share,
    some: (of, share) => of.filter(() => random() < share),
  };
}
