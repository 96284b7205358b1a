import { mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

// Linux keeps these files in memory.
const memory = '/dev/shm';
// The files of a whole run need up to 1.1 GB at a time. A container has 64 MB there by default.
const enough = 3 * 2 ** 30;
// The programs of a run need about 5 GB besides.
const enoughMemory = 9 * 2 ** 30;

/**
 * Keeps the temporary files of this process and its children in memory if there is room, unless TMPDIR is set. Tests create a database for
 * each chat and commit all the time, and their commits only need to survive killed servers. On a disk they would wait for it.
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

/** Removes the folders of runs that were killed. */
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
