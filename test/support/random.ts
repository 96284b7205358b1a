/** A sequence of numbers in [0, 1) that a seed determines, so that a failed run can be run again. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // xorshift32: any non-zero state visits all others.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
