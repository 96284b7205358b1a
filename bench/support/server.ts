import { readFile } from 'node:fs/promises';
import { nodeFlags } from '../../scripts/node-flags.ts';
import { type Process, startProcess } from './process.ts';

/** A server's process, listening. */
export interface Server extends Process {
  readonly port: number;
  /** µs in which its main thread could have run but another process had the core. */
  waitedUs(): Promise<number>;
  /** Bytes of resident memory after a garbage collection. */
  memory(): Promise<number>;
}

/** The first message of a server. */
export interface Announcement {
  readonly port: number;
  readonly pid: number;
}

/** More flags for the Node under measurement, from SERVER_FLAGS: to profile it. */
export function serverFlags(): readonly string[] {
  return process.env['SERVER_FLAGS']?.split(' ').filter((flag) => flag !== '') ?? [];
}

/**
 * Starts a server with the flags with which `npm start` runs a node of MPIM, and resolves when it listens. Rejects with its output if it
 * ends before.
 */
export async function startServer(file: URL, env: Readonly<Record<string, string>>): Promise<Server> {
  await using started = new AsyncDisposableStack();
  const server = started.use(startProcess(file, { env, flags: ['--expose-gc', ...nodeFlags(), ...serverFlags()] }));
  const { port, pid } = await server.ask<Announcement>();
  started.move();
  return {
    ...server,
    port,
    async waitedUs() {
      // In ns: run time and wait time; then a count.
      const [, waited] = (await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ');
      return Number(waited) / 1_000;
    },
    async memory() {
      await server.ask('gc');
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1_024;
    },
  };
}
