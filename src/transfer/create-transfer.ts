import type { Audit } from '../audit/index.ts';
import { DatabaseError, type Db, type Filling, type Model, type Source, type Table, type Target } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { ServerKey } from '../server-key.ts';
import { compareHeads, countRows } from './compare.ts';
import { copyTable } from './copy.ts';
import { treatments } from './treatments.ts';

/** The parts of a transfer. The caller disposes of them. */
export interface TransferParts {
  readonly source: Source;
  readonly target: Target;
  /** Signing keys to store in the target, the one that signs first. Empty if nodes get theirs from SECRET_KEYS. */
  readonly keys: readonly ServerKey[];
  /** Creates the audit of the target. The transfer becomes its newest entry. */
  readonly audit: (db: Db) => Audit;
  /** Who runs the transfer, for the audit. */
  readonly actor: Parameters<Audit['act']>[0]['actor'];
  readonly now?: () => Date;
}

/** What a transfer would do. */
export interface TransferPlan {
  readonly source: string;
  readonly target: string;
  /** Whether the target has an unfinished copy, which is removed first. */
  readonly beginsAnew: boolean;
  /** What prevents the transfer. Each obstacle says what to do about it. */
  readonly obstacles: readonly string[];
  /** The tables to copy. */
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
}

/** The progress of a transfer. */
export interface TransferProgress {
  readonly table: string;
  /** Rows of all tables, copied so far and in total. */
  readonly rows: number;
  readonly ofRows: number;
}

/** What a transfer has copied. */
export interface TransferReport {
  readonly tables: number;
  readonly rows: number;
  readonly streams: number;
}

/** A transfer of one deployment. */
export interface Transfer {
  /** Describes the transfer without changing anything. Throws DatabaseError if source or target cannot be read. */
  plan(): Promise<TransferPlan>;
  /**
   * Copies everything and compares the copy with the source. Throws DatabaseError with the obstacles, and then nothing was done, or with the
   * reason why it did not finish. Then no node starts on the target until a transfer has finished.
   */
  run(onProgress?: (progress: TransferProgress) => void): Promise<TransferReport>;
}

interface Counted {
  readonly table: Table;
  readonly rows: number;
}

/** Creates a transfer from its parts. */
export function createTransfer({ source, target, keys, audit, actor, now = () => new Date() }: TransferParts): Transfer {
  async function counted(): Promise<readonly Counted[]> {
    const tables = source.tables.filter(({ name }) => treatments[name] === 'copied');
    const all: Counted[] = [];
    for (const table of tables) all.push({ table, rows: await countRows(source.ask, table) });
    return all;
  }

  function tableOf(model: Model): Table {
    const table = source.tables.find(({ name }) => name === model);
    if (table === undefined) throw new Error(`the source has no table ${model}`);
    return table;
  }

  async function plan(): Promise<TransferPlan> {
    return {
      ...{ source: source.place, target: target.place, beginsAnew: target.unfinished },
      obstacles: [...source.obstacles, ...(await target.obstacles())],
      tables: (await counted()).map(({ table, rows }) => ({ name: table.name, rows })),
    };
  }

  async function storeKeys(filling: Filling): Promise<void> {
    const madeAt = now().getTime();
    // Nodes sign with the newest key.
    const rows = keys.map(({ id, secret }, place) => ({ id, secret, createdAt: new Date(madeAt - place) }));
    if (rows.length > 0) await filling.insert(tableOf('ServerKey'), rows);
  }

  async function copyAll(filling: Filling, tables: readonly Counted[], onProgress: (progress: TransferProgress) => void): Promise<number> {
    const ofRows = tables.reduce((sum, { rows }) => sum + rows, 0);
    let rows = 0;
    for (const { table } of tables) {
      await copyTable({ source, filling }, table, (more) => {
        rows += more;
        onProgress({ table: table.name, rows, ofRows });
      });
    }
    return rows;
  }

  async function compareCounts(filling: Filling, tables: readonly Counted[]): Promise<void> {
    for (const { table, rows } of tables) {
      const there = await countRows(filling.ask, table);
      if (there !== rows) throw new Error(`${table.name} has ${there} rows in place of ${rows}`);
    }
  }

  async function fill(filling: Filling, onProgress: (progress: TransferProgress) => void): Promise<TransferReport> {
    const tables = await counted();
    await storeKeys(filling);
    const rows = await copyAll(filling, tables, onProgress);
    await compareCounts(filling, tables);
    const report = { tables: tables.length, rows, streams: await compareHeads({ source, filling }) };
    const deployment = tableOf('Deployment');
    const [row] = await source.page(deployment, null, { rows: 1, bytes: 1 });
    if (row === undefined) throw new Error('the source has no epoch');
    await using acts = audit(filling.db);
    const act = { actor, action: 'transfer', arguments: { source: source.place } };
    await acts.act(act, async (note) => {
      note({ after: report });
      await filling.finish(deployment, row);
    });
    return report;
  }

  return {
    plan,
    async run(onProgress = () => undefined) {
      if (source.obstacles.length > 0) throw new DatabaseError(source.obstacles.join('\n'));
      await using filling = await target.begin();
      try {
        return await fill(filling, onProgress);
      } catch (error) {
        throw unfinished(error, target);
      }
    },
  };
}

function unfinished(error: unknown, { place }: Target): DatabaseError {
  const isAway = error instanceof ChatError && error.code === 'UNAVAILABLE';
  const why = isAway ? 'the database does not answer' : error instanceof Error ? error.message.split('\n')[0] : String(error);
  return new DatabaseError(
    `Not finished: ${why}. The source is as it was. No node starts on ${place} until the transfer is run again, which begins anew.`,
    { cause: error },
  );
}
