import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { childEnv } from './child-env.ts';

/** How a command ended, and what it wrote. */
export interface CommandEnd {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs `npm run admin -- …` on the system of an environment, without npm. */
export async function runAdmin(env: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<CommandEnd> {
  const child = spawn(process.execPath, ['scripts/admin.ts', ...words], { env: childEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => void child.once('close', resolve));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, output, errors };
}
