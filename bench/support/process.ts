import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

/** A process of its own, for a server or for the load. */
export interface Process extends AsyncDisposable {
  /** µs of CPU, user and system, since its start: from /proc, so nothing in the process can distort it. */
  cpuUs(): Promise<number>;
  /** Sends `words`, if any, and resolves with the next message. Rejects with the process's output if it ends before, or after `ms`. */
  ask<T>(words?: unknown, ms?: number): Promise<T>;
}

/** How a process is started. */
export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly flags?: readonly string[] | undefined;
}

/** µs of one tick, Linux's unit of CPU time: a hundredth of a second (USER_HZ). */
export const usPerTick = 10_000;
// Without a bound, a process that never answers would stop the run for ever.
const patienceMs = 120_000;
// All of them end by themselves when their parent disconnects. One that writes its profile then takes seconds.
const endMs = 15_000;

/** Starts a program of this project, which answers with `process.send`. */
export function startProcess(file: URL, { env = {}, flags = [] }: ProcessOptions = {}): Process {
  const { PATH = '' } = process.env;
  const child = fork(file, {
    execArgv: [...flags],
    env: { PATH, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const ended = once(child, 'close').then(([code, signal]) => {
    throw new Error(`${file.pathname} ended with ${signal ?? code}:\n${complaint}`);
  });
  ended.catch(() => undefined);

  async function ask<T>(words?: unknown, ms = patienceMs): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timer = setTimeout(() => reject(new Error(`${file.pathname} did not answer within ${ms} ms:\n${complaint}`)), ms);
    child.once('message', resolve);
    try {
      if (words !== undefined) child.send(words as object);
      return await Promise.race([promise, ended]);
    } finally {
      clearTimeout(timer);
      child.off('message', resolve);
    }
  }

  return {
    cpuUs: () => cpuOf(child.pid ?? 0),
    ask,
    [Symbol.asyncDispose]: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), endMs);
  if (child.connected) child.disconnect();
  await gone;
  clearTimeout(timer);
}

/** µs of CPU, user and system, that all threads of a process have taken since its start. */
export async function cpuOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * usPerTick;
}
