import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { median } from './markdown.ts';

/** What a run was made on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly mariadb: string;
  /** ms that 4 KiB take to be on the disk of the databases: the floor under every commit. */
  readonly syncMs: number;
  /** Of the minute before: what else was going on. */
  readonly load: number;
}

// A median of so many is steady to some percent, and takes less than a second.
const writes = 200;

async function measureSync(): Promise<number> {
  const path = join(tmpdir(), `mpim-sync-${process.pid}`);
  const file = await open(path, constants.O_CREAT | constants.O_WRONLY | constants.O_DSYNC);
  try {
    const page = Buffer.alloc(4_096);
    const taken: number[] = [];
    for (let n = 0; n < writes; n += 1) {
      const begun = performance.now();
      await file.write(page, 0, page.length, n * page.length);
      taken.push(performance.now() - begun);
    }
    return median(taken);
  } finally {
    await file.close();
    await rm(path);
  }
}

/** Describes this machine. */
export async function describeMachine(mariadb: string): Promise<Machine> {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    mariadb,
    syncMs: await measureSync(),
    load: loadavg()[0] ?? 0,
  };
}
