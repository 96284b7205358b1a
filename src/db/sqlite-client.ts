import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Client, Config, ResultSet } from '@libsql/client';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import Database, { type Statement } from 'libsql';
import { LRUCache } from 'lru-cache';

/** What the adapter asks for. */
interface Asked {
  readonly sql: string;
  readonly args: readonly unknown[];
}

/** What it reads of an answer. */
type Answer = Pick<ResultSet, 'columns' | 'columnTypes' | 'rowsAffected'> & { readonly rows: readonly (readonly unknown[])[] };

/** A statement that is ready to run, with the columns of what it answers; no columns: it answers how many rows it has changed. */
interface Prepared {
  readonly statement: Statement<[readonly unknown[]]>;
  /** How many values it takes. */
  readonly values: number;
  readonly columns: string[];
  readonly columnTypes: string[];
}

// A node that does everything there is asks a connection some 400 different texts. Each length of a list is one of its own, so there has to be an end.
const keptStatements = 500;
// Unions and long lists, hardly any of which is asked for twice: a statement takes some ten times the memory of its text.
const longestKept = 4_000;

/**
 * Prisma's libsql adapter over connections that keep what they have prepared, where libsql's own client prepares each statement anew: most of what a
 * statement costs (docs/decisions/0059). Transactions are begun and ended by statements.
 */
export class KeepingLibSql extends PrismaLibSql {
  constructor(file: string) {
    // Times are ISO 8601 text, the one form in which Prisma also reads the greatest of them right.
    super({ url: pathToFileURL(file).href, intMode: 'bigint' }, { timestampFormat: 'iso8601' });
  }

  override createClient({ url }: Config): Client {
    return openConnection(fileURLToPath(url));
  }
}

function openConnection(file: string): Client {
  // No busy timeout: SQLite would wait inside the process's only thread, and so keep the one it waits for from ever finishing.
  const connection = new Database(file);
  const kept = new LRUCache<string, Prepared>({ max: keptStatements });

  function prepared({ sql, args }: Asked): Prepared {
    const statement = kept.get(sql) ?? prepare(sql, args.length);
    // What was bound to it stays: of fewer values the rest would be somebody else's.
    if (statement.values !== args.length) throw new RangeError(`a statement of ${statement.values} values was given ${args.length}`);
    return statement;
  }

  function prepare(text: string, values: number): Prepared {
    const statement = connection.prepare<[readonly unknown[]]>(text).safeIntegers();
    const columns = statement.reader ? statement.raw().columns() : [];
    const made = { statement, values, columns: columns.map(({ name }) => name), columnTypes: columns.map(({ type }) => type ?? '') };
    if (text.length <= longestKept) kept.set(text, made);
    return made;
  }

  function run(asked: Asked): Answer {
    const { statement, columns, columnTypes } = prepared(asked);
    const values = asked.args.map(told);
    if (columns.length === 0) return { columns, columnTypes, rows: [], rowsAffected: statement.run(values).changes };
    return { columns, columnTypes, rows: (statement.all(values) as unknown[][]).map((row) => row.map(read)), rowsAffected: 0 };
  }

  // Why SQLite has undone a transaction by itself, as it does where the disk is full: what follows would be stored without what came before.
  let undone: { readonly why: unknown } | undefined;

  function runUnlessUndone(asked: Asked): Answer {
    if (undone !== undefined) {
      if (asked.sql !== 'ROLLBACK') throw undone.why;
      undone = undefined;
      return { columns: [], columnTypes: [], rows: [], rowsAffected: 0 };
    }
    const inside = connection.inTransaction;
    try {
      return run(asked);
    } catch (error) {
      if (inside && !connection.inTransaction) undone = { why: error };
      throw error;
    }
  }

  const client = {
    execute: async (asked: Asked) => runUnlessUndone(asked),
    async executeMultiple(script: string) {
      // The tables may be others after it.
      kept.clear();
      try {
        connection.exec(script);
      } finally {
        // It failed half-way.
        if (connection.inTransaction) connection.exec('ROLLBACK');
      }
    },
    close() {
      kept.clear();
      connection.close();
    },
  };
  // The adapter asks for nothing else.
  return client as unknown as Client;
}

const [least, greatest] = [-(2n ** 63n), 2n ** 63n - 1n];

/** A value as SQLite has it. Throws RangeError for one that it would cut. */
function told(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'bigint' && (value < least || value > greatest)) throw new RangeError('SQLite holds integers of 64 bits');
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('SQLite holds finite numbers');
  return value;
}

// The adapter knows bytes by this.
function read(value: unknown): unknown {
  return value instanceof Uint8Array ? value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength) : value;
}
