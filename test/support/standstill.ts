import type { ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

// A thread that reads or writes its disk only stops once it is done.
const standstillMs = 10_000;

/**
 * Resolves once all threads of a process have stopped after SIGSTOP. The thread that receives the signal notifies the others, which go on
 * until then: of 200 queries sent right after it, a MariaDB answered 10. Throws after 10 s.
 */
export async function untilStill(child: ChildProcess): Promise<void> {
  const tasks = `/proc/${child.pid}/task`;
  // There is no notification, so it has to poll.
  for (const deadline = Date.now() + standstillMs; Date.now() < deadline; await delay(1)) {
    if ((await statesOf(tasks)).every((state) => state === 'T')) return;
  }
  throw new Error(`the process ${child.pid} does not stand still`);
}

/** Returns the letter of each thread's state. Empty if the process is gone. */
async function statesOf(tasks: string): Promise<readonly string[]> {
  const threads = await readdir(tasks).catch(() => []);
  const lines = await Promise.all(threads.map((thread) => readFile(join(tasks, thread, 'stat'), 'utf8').catch(() => '')));
  // The state follows the program's name, which is in parentheses and may hold any character.
  return lines.flatMap((line) => /^.*\) (\w)/s.exec(line)?.[1] ?? []);
}
