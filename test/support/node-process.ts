import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { childEnv } from './child-env.ts';

/** A gateway node in a process of its own, started as an operator would start it. */
export interface NodeProcess extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** The URL of the operators’ schema. Empty if it is off. */
  readonly adminUrl: string;
  /** Returns its output so far. */
  readonly output: () => string;
  /** Resolves with the exit code, as `end` does, once it has ended, by itself or not. */
  readonly ended: Promise<number | null>;
  /** Sends the signal and resolves with the exit code. Null if the signal itself ended the process. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
}

// Two nodes that start at once on a new database, with ten programs on two cores, have been seen to take twelve seconds. Shorter than the
// time-out of a hook, which would not show the node's output.
const startMs = 50_000;

/**
 * Starts `gateway/main.ts` on a free port. Resolves once it is up, and rejects with its output if it ends before. `hear`: called with each
 * line of its log.
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
      // The next line of its output has the operators' URL.
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

/** Runs `gateway/main.ts` to its end, and returns the exit code and output. */
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
