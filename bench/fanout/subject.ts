import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

/** A server under test: a process of its own, and what it takes to subscribe to it and to make it deliver. */
export interface Subject extends AsyncDisposable {
  readonly server: Server;
  /** Makes so many events of these texts ready, and answers how to publish them, at once. */
  prepare(texts: readonly string[]): Promise<() => Promise<void>>;
}

/** A server's process. */
export interface Server extends AsyncDisposable {
  readonly port: number;
  /** µs of CPU, user and system, since its start: from /proc, so nothing in the process can flatter it. */
  cpuUs(): Promise<number>;
  /** Bytes of resident memory after its garbage is collected. */
  memory(): Promise<number>;
}

// Linux counts in hundredths of a second (USER_HZ).
const usPerTick = 10_000;

/** Starts a server and resolves when it listens. Rejects with what it wrote, when it ends before. */
export async function startServer(file: string, env: Readonly<Record<string, string>>): Promise<Server> {
  const { PATH = '' } = process.env;
  const child = fork(new URL(`servers/${file}`, import.meta.url), {
    // SERVER_FLAGS are more flags for the server's Node: to profile it.
    execArgv: ['--expose-gc', ...(process.env['SERVER_FLAGS']?.split(' ') ?? [])],
    env: { PATH, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${file} ended:\n${complaint}`);
  });
  ended.catch(() => undefined);
  const [{ port }] = await Promise.race([once(child, 'message'), ended]);
  return {
    port,
    cpuUs: () => cpuOf(child),
    async memory() {
      const collected = once(child, 'message');
      child.send('gc');
      await collected;
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1_024;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function cpuOf({ pid }: ChildProcess): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * usPerTick;
}
