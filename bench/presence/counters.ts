import { Redis } from 'ioredis';
import { openSql } from '../support/database.ts';
import { machineUs } from '../support/machine.ts';
import type { Places } from '../support/places.ts';
import type { Scene } from './scene.ts';

/** What the servers have done since their start. CPU in µs. */
export interface Counts {
  readonly nodesUs: number;
  readonly databaseUs: number;
  readonly redisUs: number;
  readonly statements: number;
  readonly commands: number;
  /** µs in which a node's main thread could have run but another process had the core. */
  readonly waitedUs: number;
  /** CPU of everything on this machine, other processes included. */
  readonly machineUs: number;
}

/** Reads what the servers have done. */
export interface Counters extends AsyncDisposable {
  read(): Promise<Counts>;
}

/** Opens the counters of a scene. */
export async function openCounters(places: Places, { nodes }: Scene): Promise<Counters> {
  const sql = await openSql(places.mysqlUrl);
  const redis = new Redis(places.redisUrl);
  return {
    async read() {
      const [row] = await sql.query("SHOW GLOBAL STATUS LIKE 'Questions'");
      const stats = await redis.info('stats');
      return {
        nodesUs: sum(await Promise.all(nodes.map((node) => node.cpuUs()))),
        waitedUs: sum(await Promise.all(nodes.map((node) => node.waitedUs()))),
        machineUs: await machineUs(),
        ...{ databaseUs: await places.databaseUs(), redisUs: await places.redisUs() },
        statements: Number(row.Value),
        commands: Number(/total_commands_processed:(\d+)/.exec(stats)?.[1]),
      };
    },
    async [Symbol.asyncDispose]() {
      redis.disconnect();
      await sql.end();
    },
  };
}

/** Returns what was done between two readings. */
export function between(before: Counts, after: Counts): Counts {
  return {
    nodesUs: after.nodesUs - before.nodesUs,
    databaseUs: after.databaseUs - before.databaseUs,
    redisUs: after.redisUs - before.redisUs,
    statements: after.statements - before.statements,
    commands: after.commands - before.commands,
    waitedUs: after.waitedUs - before.waitedUs,
    machineUs: after.machineUs - before.machineUs,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
