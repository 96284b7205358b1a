import { availableParallelism } from 'node:os';

/**
 * The flags with which a node of MPIM is run on a machine with so many cores. V8 collects garbage and compiles on four threads besides its own, however few cores there
 * are: on two cores, which a database shares, those of one node kept everybody else waiting for up to 100 ms (docs/decisions/0045).
 */
export function nodeFlags(cores: number = availableParallelism()): readonly string[] {
  return [`--v8-pool-size=${Math.min(4, Math.max(1, cores - 1))}`];
}

if (import.meta.main) process.stdout.write(`${nodeFlags().join(' ')}\n`);
