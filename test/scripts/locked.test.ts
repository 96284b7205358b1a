import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { locked } from '../../scripts/locked.ts';

const source = join(import.meta.dirname, '../../scripts/locked.ts');

/** A process that has taken the lock on a folder and keeps it. */
async function openHolder(folder: string): Promise<{ kill(): Promise<void> }> {
  const program = `import { locked } from ${JSON.stringify(source)};
    await locked(process.argv[1], () => new Promise(() => { setInterval(() => {}, 1_000); console.log('held'); }));`;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  async function kill(): Promise<void> {
    const ended = once(holder, 'exit');
    if (holder.kill('SIGKILL')) await ended;
  }
  onTestFinished(kill);
  await once(holder.stdout, 'data');
  return { kill };
}

test('generates one at a time, also after a process that was killed while it did', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mpim-locked-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const holder = await openHolder(folder);
  await holder.kill();
  const told: string[] = [];
  const works: Promise<void>[] = [];
  for (let n = 0; n < 25; n += 1) {
    works.push(
      locked(folder, async () => {
        told.push(`${n} begins`);
        for (let turns = 0; turns < 10; turns += 1) await turn();
        told.push(`${n} ends`);
      }),
    );
    // They find the lock at different moments.
    await turn();
  }
  await Promise.all(works);
  expect(told).toHaveLength(50);
  for (let place = 0; place < 50; place += 2) expect(told[place + 1]).toBe(told[place]?.replace('begins', 'ends'));
});
