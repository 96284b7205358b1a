import { constants } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { median } from './markdown.ts';
import { usPerTick } from './process.ts';

/** The machine of a run. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly mariadb: string;
  /** ms until 4 KiB are on the disk of the databases: the lower bound of every commit. */
  readonly syncMs: number;
  /** Load average of the minute before: what else was running. */
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

/** µs of CPU that everything on this machine has taken since its start. */
export async function machineUs(): Promise<number> {
  const [total = ''] = (await readFile('/proc/stat', 'utf8')).split('\n');
  const [, user = 0, nice = 0, system = 0, _idle, _wait, irq = 0, softIrq = 0] = total.split(/ +/).map(Number);
  return (user + nice + system + irq + softIrq) * usPerTick;
}
