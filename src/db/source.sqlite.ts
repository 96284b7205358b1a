import { stat } from 'node:fs/promises';
import { DatabaseError } from './database-error.ts';
import { ownMigrations } from './db.sqlite.ts';
import type { Kind, Kinds } from './kind.ts';
import { appliedQuery, checkApplied, readMigrations } from './migrate.ts';
import { empty, join, raw, type Sql, sql } from './sql.ts';
import { queryable, sqliteFile } from './sqlite-driver.ts';
import { holdStill } from './sqlite-lock.ts';
import { sqliteStatements } from './sqlite-statements.ts';
import { type Model, models, type Row, type Table } from './table.ts';
import type { PageSize, Source, SourceOptions } from './transfer-ends.ts';
import { rowReader } from './whole-row.ts';

// The column types of the migrations. SQLite's auto-increment needs INTEGER, so the ids of streams and of audit entries are numbers here.
// They stay far below 2^53.
const kinds: Readonly<Record<string, Kind>> = {
  BIGINT: 'id',
  INTEGER: 'number',
  TEXT: 'text',
  BOOLEAN: 'flag',
  DATETIME: 'time',
  BLOB: 'bytes',
};

type Ask = <R extends Row>(query: Sql) => Promise<readonly R[]>;

function quoted(names: readonly string[]): Sql {
  return raw(names.map((name) => `\`${name}\``).join(', '));
}

async function readTable(ask: Ask, name: Model): Promise<Table> {
  const columns = await ask<{ name: string; type: string; pk: unknown }>(
    sql`SELECT name, type, pk FROM pragma_table_info(${name}) ORDER BY cid`,
  );
  const entries = columns.map(({ name: column, type }): [string, Kind] => {
    const kind = kinds[type];
    if (kind === undefined) throw new Error(`${name}.${column} is of an unknown type: ${type}`);
    return [column, kind];
  });
  const keyed = columns.filter(({ pk }) => Number(pk) > 0).toSorted((one, other) => Number(one.pk) - Number(other.pk));
  return { name, kinds: Object.fromEntries(entries), key: keyed.map(({ name: column }) => column) };
}

/** Returns why this release cannot copy the database. Empty if the database has exactly this release's migrations. */
async function migrationFaults(ask: Ask, file: string): Promise<readonly string[]> {
  const [bookkeeping] = await ask(sql`SELECT name FROM sqlite_master WHERE name = '_prisma_migrations'`);
  if (bookkeeping === undefined) return [`${file} is not a database of MPIM. Check DATA_DIR.`];
  const migrations = await readMigrations(ownMigrations);
  const done = checkApplied(migrations, await ask(raw(appliedQuery)), { filling: false });
  const names = new Set(migrations.map(({ name }) => name));
  if ([...done].some((name) => !names.has(name)))
    return [`${file} is of a newer release. Use that release for the transfer, and for the nodes.`];
  if (done.size < names.size)
    return [`${file} is of an older release. Start a node of this release on it once, which brings it up to date, and stop it again.`];
  return [];
}

// The size of a row's texts and binary values. SQLite knows it without reading the values.
function sizeOf(columns: Kinds): Sql {
  const names = Object.entries(columns).filter(([, kind]) => kind === 'text' || kind === 'bytes');
  return names.length === 0 ? raw('0') : raw(names.map(([name]) => `COALESCE(octet_length(\`${name}\`), 0)`).join(' + '));
}

/** Returns how many of the first rows fit into `bytes`: at least one, if there are any. */
function fitting(sizes: readonly number[], bytes: number): number {
  let total = 0;
  const past = sizes.findIndex((size) => {
    total += size;
    return total > bytes;
  });
  return past < 0 ? sizes.length : Math.max(1, past);
}

async function readPage(ask: Ask, { name, kinds: columns, key }: Table, after: Row | null, size: PageSize): Promise<readonly Row[]> {
  const past = after === null ? empty : sql`WHERE (${quoted(key)}) > (${join(key.map((column) => after[column]))})`;
  const rest = sql`FROM ${quoted([name])} ${past} ORDER BY ${quoted(key)}`;
  const sizes = await ask<{ size: unknown }>(sql`SELECT ${sizeOf(columns)} AS size ${rest} LIMIT ${size.rows}`);
  const count = fitting(
    sizes.map((row) => Number(row.size)),
    size.bytes,
  );
  if (count === 0) return [];
  const rows = await ask(sql`SELECT ${quoted(Object.keys(columns))} ${rest} LIMIT ${count}`);
  return rows.map(rowReader<Row>(columns));
}

interface Held {
  readonly obstacles: readonly string[];
  readonly letGo: () => Promise<void>;
}

const nothing = async (): Promise<void> => undefined;

async function tryHolding(file: string): Promise<Held> {
  try {
    return { obstacles: [], letGo: await holdStill(file) };
  } catch (error) {
    if (error instanceof DatabaseError) return { obstacles: [error.message], letGo: nothing };
    throw error;
  }
}

/**
 * Opens an embedded database for copying. All reads see the moment of opening, even if a command changes the database meanwhile. Throws
 * DatabaseError if the file does not exist or cannot be read.
 */
export async function openSource({ file, hold }: SourceOptions): Promise<Source> {
  const isThere = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isThere) throw new DatabaseError(`There is no embedded database at ${file}. Set DATA_DIR to the folder of the node that had it.`);
  const held = await tryHolding(file);
  // A node may start while an operator only looks.
  if (!hold) await held.letGo();
  const kept = hold ? held : { ...held, letGo: nothing };
  try {
    return await read(file, kept);
  } catch (error) {
    await kept.letGo();
    if (error instanceof DatabaseError) throw error;
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new DatabaseError(`${file} cannot be read: ${why}`, { cause: error });
  }
}

async function read(file: string, { obstacles, letGo }: Held): Promise<Source> {
  const connection = await sqliteFile(file)();
  const run = (text: string) => connection.executeRaw({ sql: text, args: [], argTypes: [] });
  const { $queryRaw } = sqliteStatements(queryable(connection));
  const ask: Ask = async (query) => $queryRaw(query);
  try {
    await run('BEGIN');
    const faults = await migrationFaults(ask, file);
    const tables = faults.length > 0 ? [] : await Promise.all(models.map((name) => readTable(ask, name)));
    return {
      place: file,
      obstacles: [...obstacles, ...faults],
      tables,
      page: (table, after, size) => readPage(ask, table, after, size),
      ask,
      async [Symbol.asyncDispose]() {
        try {
          // Closing alone would keep the read transaction open until the connection's statements are garbage-collected.
          await run('ROLLBACK');
          await connection.dispose();
        } finally {
          await letGo();
        }
      },
    };
  } catch (error) {
    await run('ROLLBACK').catch(() => undefined);
    await connection.dispose();
    throw error;
  }
}
