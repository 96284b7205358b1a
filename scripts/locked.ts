import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Returns the text of a file. Empty if there is none. */
export async function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Runs `work` under a lock on a folder: one process at a time generates into it, so that none imports what another is still writing. */
export async function locked(generated: string, work: () => Promise<void>): Promise<void> {
  const lockFile = join(generated, 'lock');
  await mkdir(generated, { recursive: true });
  // Generating takes some seconds, tens on a slow machine. After a minute something else is wrong, and the error below says where.
  for (const end = Date.now() + 60_000; ; await delay(100)) {
    const holder = Number(await readIfThere(lockFile));
    // Left behind by a process that was killed.
    if (holder > 0 && !isRunning(holder)) await rm(lockFile, { force: true });
    const taken = await writeFile(lockFile, String(process.pid), { flag: 'wx' }).catch((error: unknown) => error);
    if (taken === undefined) break;
    if (Date.now() > end) throw taken;
  }
  try {
    await work();
  } finally {
    await rm(lockFile, { force: true });
  }
}
