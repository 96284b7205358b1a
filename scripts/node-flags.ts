import { availableParallelism } from 'node:os';

/**
 * The flags with which a node of MPIM is run on a machine with so many cores. V8 collects garbage and compiles on four threads besides its own, however few cores there
 * are: on two cores, which a database shares, those of one node kept everybody else waiting. And it lets the heap grow by a tenth from one collection of all of it to the
 * next where a program does little, which while thousands connect was one every two seconds, of 15 to 30 ms (docs/decisions/0045). What its first optimising compiler has
 * needed for a function is freed where it is handed over, and not on a helper thread some time later: of 5,000 clients that connect that left 40 MB (docs/decisions/0076).
 */
export function nodeFlags(cores: number = availableParallelism()): readonly string[] {
  return [`--v8-pool-size=${Math.min(4, Math.max(1, cores - 1))}`, '--heap-growing-percent=100', '--no-maglev-destroy-on-background'];
}

if (import.meta.main) process.stdout.write(`${nodeFlags().join(' ')}\n`);
