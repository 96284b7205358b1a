import { spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runAdmin as runHere } from '../../scripts/admin/run.ts';
import { childEnv } from './child-env.ts';

/** How a command ended, and what it wrote. */
export interface CommandEnd {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/**
 * Runs `npm run admin -- …` for the system of an environment, within this process: a process of its own takes most of a second to start.
 */
export async function runAdmin(env: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<CommandEnd> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const running = runHere(words, { env: childEnv(env), output: out, errors: err }).finally(() => {
    out.end();
    err.end();
  });
  const [output, errors, code] = await Promise.all([text(out), text(err), running]);
  return { code, output, errors };
}

/** Runs the command in a process of its own, without npm. */
export async function spawnAdmin(env: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<CommandEnd> {
  const child = spawn(process.execPath, ['scripts/admin.ts', ...words], { env: childEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => void child.once('close', resolve));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, output, errors };
}
