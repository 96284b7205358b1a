import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { childEnv } from './child-env.ts';

/** A gateway node as a process of its own, as a person would start it. */
export interface NodeProcess extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Where it serves the operators’ schema; empty: nowhere. */
  readonly adminUrl: string;
  /** What it has written so far. */
  readonly output: () => string;
  /** Resolves when it has ended, by itself or not, as `end` does. */
  readonly ended: Promise<number | null>;
  /** Sends the signal and resolves with the exit code; null where the signal itself ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
}

// Two nodes that start at once on a new database, where ten programs want two cores, have been seen to take twelve seconds. Short of what a hook may take, which would not tell what the node has written.
const startMs = 50_000;

/**
 * Starts `gateway/main.ts` on a free port; resolves when it serves. Rejects with its output when it ends before. `hear`: called with each line of its log
 * as it comes.
 */
export async function startNodeProcess(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  hear?: (line: string) => void,
): Promise<NodeProcess> {
  const { child, output } = spawnNode({ PORT: '0', ADMIN_PORT: '0', LOG_FORMAT: 'json', LOG_LEVEL: 'warn', ...env }, args);
  if (hear !== undefined && child.stdout !== null) createInterface(child.stdout).on('line', hear);
  const [url, adminUrl] = await new Promise<readonly [string, string]>((resolve, reject) => {
    const timer = setTimeout(() => fail(`was not ready within ${startMs} ms`), startMs);
    function fail(reason: string): void {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`the node ${reason}:\n${output()}`));
    }
    function look(): void {
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(output())?.[0];
      // The line after.
      const operators = env['ADMIN_PORT'] === 'off' ? '' : /http:\S+\/admin\/graphql/.exec(output())?.[0];
      if (address === undefined || operators === undefined) return;
      clearTimeout(timer);
      child.stdout?.off('data', look);
      resolve([address, operators]);
    }
    child.stdout?.on('data', look);
    child.once('exit', (code) => fail(`ended with ${code}`));
  });
  const ended = new Promise<number | null>((resolve) => void child.once('exit', resolve));
  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    child.kill(signal);
    return await ended;
  }
  return {
    ...{ url, adminUrl, output, ended, end },
    signal: (signal) => void child.kill(signal),
    [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
  };
}

/** Runs `gateway/main.ts` to its end and answers how it ended. */
export async function runNodeProcess(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { child, output } = spawnNode(env, args);
  await once(child, 'close');
  return { code: child.exitCode, output: output() };
}

function spawnNode(
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): { readonly child: ChildProcess; readonly output: () => string } {
  const child = spawn(process.execPath, ['gateway/main.ts', ...args], { env: childEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return { child, output: () => text };
}
