import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Client, Config, ResultSet } from '@libsql/client';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import Database, { type Statement } from 'libsql';
import { LRUCache } from 'lru-cache';

/** A statement as the adapter sends it. */
interface Asked {
  readonly sql: string;
  readonly args: readonly unknown[];
}

/** The part of a result that the adapter reads. */
type Answer = Pick<ResultSet, 'columns' | 'columnTypes' | 'rowsAffected'> & { readonly rows: readonly (readonly unknown[])[] };

/** A prepared statement, and the columns of its result. Without columns, the result is the number of changed rows. */
interface Prepared {
  readonly statement: Statement<[readonly unknown[]]>;
  /** How many parameters it takes. */
  readonly values: number;
  readonly columns: string[];
  readonly columnTypes: string[];
}

// A node that does everything sends some 400 different texts on a connection. A list of each length is a text of its own, so the number
// must be bounded.
const keptStatements = 500;
// Longer texts are unions and long lists, hardly any of which is sent twice. A prepared statement takes some ten times the memory of its
// text.
const longestKept = 4_000;

/**
 * Prisma's libsql adapter over connections that keep their prepared statements. libsql's own client prepares each statement anew, which is
 * most of its cost (decision 59). Transactions are begun and ended by statements.
 */
export class KeepingLibSql extends PrismaLibSql {
  constructor(file: string) {
    // Times are ISO 8601 text, the only format in which Prisma reads the greatest times correctly.
    super({ url: pathToFileURL(file).href, intMode: 'bigint' }, { timestampFormat: 'iso8601' });
  }

  override createClient({ url }: Config): Client {
    return openConnection(fileURLToPath(url));
  }
}

function openConnection(file: string): Client {
  // No busy timeout: SQLite would wait on the process's only thread, and so keep the transaction it waits for from finishing.
  const connection = new Database(file);
  const kept = new LRUCache<string, Prepared>({ max: keptStatements });

  function prepared({ sql, args }: Asked): Prepared {
    const statement = kept.get(sql) ?? prepare(sql, args.length);
    // Bound values stay with the statement: a missing one would be another call's.
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
    const values = asked.args.map(boundValue);
    if (columns.length === 0) return { columns, columnTypes, rows: [], rowsAffected: statement.run(values).changes };
    return { columns, columnTypes, rows: (statement.all(values) as unknown[][]).map((row) => row.map(read)), rowsAffected: 0 };
  }

  // Set after SQLite has rolled back a transaction by itself, as it does when the disk is full. Later statements would be stored without
  // the earlier ones.
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
      // The script may change tables.
      kept.clear();
      try {
        connection.exec(script);
      } finally {
        // The script failed half-way.
        if (connection.inTransaction) connection.exec('ROLLBACK');
      }
    },
    close() {
      kept.clear();
      connection.close();
    },
  };
  // The adapter uses nothing else.
  return client as unknown as Client;
}

const [least, greatest] = [-(2n ** 63n), 2n ** 63n - 1n];

/** Converts a value to SQLite's. Throws RangeError for a number that SQLite would truncate. */
function boundValue(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'bigint' && (value < least || value > greatest)) throw new RangeError('SQLite holds integers of 64 bits');
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('SQLite holds finite numbers');
  return value;
}

// The adapter recognizes bytes by their type, ArrayBuffer.
function read(value: unknown): unknown {
  return value instanceof Uint8Array ? value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength) : value;
}
