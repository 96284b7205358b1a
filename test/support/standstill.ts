import type { ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

// A thread that reads or writes its disk stops once it has done so.
const standstillMs = 10_000;

/**
 * Resolves when all threads of a process stand still that was sent SIGSTOP: whichever thread takes the signal tells the
 * others, which go on until then (of 200 queries that a MariaDB was asked right after it, it answered 10). Throws after 10 s.
 */
export async function untilStill(child: ChildProcess): Promise<void> {
  const tasks = `/proc/${child.pid}/task`;
  // Nobody is told of it: it has to be looked for.
  for (const deadline = Date.now() + standstillMs; Date.now() < deadline; await delay(1)) {
    if ((await statesOf(tasks)).every((state) => state === 'T')) return;
  }
  throw new Error(`the process ${child.pid} does not stand still`);
}

/** The letter of each thread's state; of none where the process is gone. */
async function statesOf(tasks: string): Promise<readonly string[]> {
  const threads = await readdir(tasks).catch(() => []);
  const lines = await Promise.all(threads.map((thread) => readFile(join(tasks, thread, 'stat'), 'utf8').catch(() => '')));
  // It follows the program's name, which is in parentheses and may hold any character.
  return lines.flatMap((line) => /^.*\) (\w)/s.exec(line)?.[1] ?? []);
}
