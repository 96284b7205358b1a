import { randomFrom } from '../support/random.ts';

/** What a seed decides. */
export interface Chance {
  /** A whole number between two, both included. */
  whole(from: number, to: number): number;
  /** True so often, of 1. */
  odds(share: number): boolean;
  /** One of a list that is not empty. */
  one<T>(of: readonly T[]): T;
  /** Each of a list or not, in its order. */
  some<T>(of: readonly T[], share: number): readonly T[];
}

// The first numbers of seeds that are close are close as well.
const warmUp = 32;

/** Decides by a seed: the same seed and the same questions, the same answers. */
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
