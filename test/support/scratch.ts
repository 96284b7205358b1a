import { mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

// Linux keeps what lies there in memory.
const memory = '/dev/shm';
// The files of a whole run come to 1.1 GB at a time; a container has 64 MB there if nobody has said otherwise.
const enough = 3 * 2 ** 30;
// Beside them the programs of a run take some 5 GB.
const enoughMemory = 9 * 2 ** 30;

/**
 * Has the temporary files of this process, and of those that it starts, in memory where there is room for them, unless TMPDIR says where they go. Tests make a database
 * for each chat and commit all the time, and their commits need to survive killed servers only: on a disk they would wait for it.
 */
export function keepScratchInMemory(): void {
  if (process.env['TMPDIR'] !== undefined || !hasRoom()) return;
  removeLeftOvers();
  const folder = join(memory, nameOf(process.pid));
  mkdirSync(folder, { mode: 0o700 });
  process.env['TMPDIR'] = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize >= enough && process.availableMemory() >= enoughMemory;
  } catch {
    return false;
  }
}

function nameOf(pid: number): string {
  return `mpim-tests-${pid}`;
}

/** A run that was killed has left its folder. */
function removeLeftOvers(): void {
  for (const name of readdirSync(memory)) {
    const pid = /^mpim-tests-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(memory, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
