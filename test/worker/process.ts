import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { childEnv } from '../support/child-env.ts';

/** A program of this folder in a process of its own. */
export interface Program extends AsyncDisposable {
  /** Resolves with the exit code when it has ended. Null: it was ended by a signal. */
  readonly ended: Promise<number | null>;
  /** Sends SIGKILL. Resolves when it has ended. */
  kill(): Promise<void>;
  /** Sends SIGTERM. Resolves when it has ended. */
  stop(): Promise<void>;
}

// Two that start concurrently on two busy cores need some seconds, and with a dozen other programs half a minute.
const startMs = 50_000;

/** Starts a program. Resolves when it prints `ready`. Rejects with its output if it ends before. */
export async function startProgram(file: string, env: Readonly<Record<string, string>>): Promise<Program> {
  const child = spawn(process.execPath, [join(import.meta.dirname, file)], { env: childEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  await readyOf(child, file);
  async function kill(): Promise<void> {
    child.kill('SIGKILL');
    await ended;
  }
  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    await ended;
  }
  return { ended, kill, stop, [Symbol.asyncDispose]: kill };
}

async function readyOf(child: ChildProcess, file: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let output = '';
  const fail = (why: string): void => {
    child.kill('SIGKILL');
    reject(new Error(`${file} ${why}:\n${output}`));
  };
  const timer = setTimeout(() => fail(`was not ready within ${startMs} ms`), startMs);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.includes('ready\n')) resolve();
    });
  }
  child.once('exit', (code) => fail(`ended with ${code}`));
  await promise.finally(() => clearTimeout(timer));
}
