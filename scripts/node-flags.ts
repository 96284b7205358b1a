import { availableParallelism } from 'node:os';

/**
 * Returns the flags of Node for a node of MPIM on a machine with `cores` cores.
 *
 * - `--v8-pool-size`: V8 collects garbage and compiles on four extra threads, however few cores there are. On two cores, shared with a
 *   database, the threads of one node made everything else wait.
 * - `--heap-growing-percent`: in a program that does little, V8 lets the heap grow by a tenth between full collections. While thousands of
 *   clients connected, that was one every two seconds, of 15 to 30 ms (decision 45).
 * - `--no-maglev-destroy-on-background`: memory of V8's first optimising compiler is freed where a function is handed over, instead of
 *   later on a helper thread. For 5,000 connecting clients, the later way left 40 MB (decision 76).
 */
export function nodeFlags(cores: number = availableParallelism()): readonly string[] {
  return [`--v8-pool-size=${Math.min(4, Math.max(1, cores - 1))}`, '--heap-growing-percent=100', '--no-maglev-destroy-on-background'];
}

if (import.meta.main) process.stdout.write(`${nodeFlags().join(' ')}\n`);
