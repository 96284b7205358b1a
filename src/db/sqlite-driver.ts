import {
  DriverAdapterError,
  type IsolationLevel,
  type SqlDriverAdapter,
  type SqlDriverAdapterFactory,
  type SqlQuery,
  type SqlQueryable,
  type Transaction,
} from '@prisma/driver-adapter-utils';
import { KeepingLibSql } from './sqlite-client.ts';
import { decodeResult, encodeQuery } from './sqlite-text.ts';
import { Transient } from './transient.ts';

// SQLite's result codes for faults that pass by themselves or with an operator's help: SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN.
const faultsOfTheDisk: ReadonlySet<number> = new Set([10, 13, 14]);

function statement(sql: string): SqlQuery {
  return { sql, args: [], argTypes: [] };
}

/** Translates SQLITE_BUSY and faults of the disk into Transient. Returns other errors as they are. */
function translate(error: unknown): unknown {
  if (!(error instanceof DriverAdapterError)) return error;
  if (error.cause.kind === 'SocketTimeout') return new Transient('contended', error);
  // The low byte of an extended result code is the primary result code.
  if (error.cause.kind === 'sqlite' && faultsOfTheDisk.has(error.cause.extendedCode & 0xff)) return new Transient('lost', error);
  return error;
}

async function translated<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw translate(error);
  });
}

/** Returns a function that opens connections to one SQLite file. It throws Transient if the file cannot be opened at the moment. */
export function sqliteFile(file: string): () => Promise<SqlDriverAdapter> {
  const factory = new KeepingLibSql(file);
  return async () => {
    try {
      return await factory.connect();
    } catch (error) {
      // libsql reports this with an error type of its own, whatever the reason.
      throw new Transient('lost', error);
    }
  };
}

/** Wraps a connection so that texts are stored whole and transient faults are thrown as Transient. */
export function queryable(connection: SqlQueryable): SqlQueryable {
  return {
    provider: connection.provider,
    adapterName: connection.adapterName,
    queryRaw: async (query) => decodeResult(await translated(connection.queryRaw(encodeQuery(query)))),
    executeRaw: (query) => translated(connection.executeRaw(encodeQuery(query))),
  };
}

/**
 * Does the same until a transaction has ended, then throws. After the end, another transaction may have the connection, or a write would be
 * stored at once.
 */
function untilEnd({ provider, adapterName, ...connection }: SqlQueryable, hasEnded: () => boolean): SqlQueryable {
  function refuseAfterEnd(): void {
    if (hasEnded()) throw new Error('a statement came after the end of its transaction');
  }
  // A statement that is not refused is queued on the connection in the same turn, so before the end.
  return {
    provider,
    adapterName,
    async queryRaw(query) {
      refuseAfterEnd();
      return connection.queryRaw(query);
    },
    async executeRaw(query) {
      refuseAfterEnd();
      return connection.executeRaw(query);
    },
  };
}

/** Creates a stock of connections that lends them and takes them back. */
function createStock(open: () => Promise<SqlDriverAdapter>) {
  const idle: SqlDriverAdapter[] = [];
  return {
    take: async (): Promise<SqlDriverAdapter> => idle.pop() ?? (await open()),
    putBack: (connection: SqlDriverAdapter): void => {
      idle.push(connection);
    },
    dispose: async (): Promise<void> => {
      await Promise.all(idle.splice(0).map((connection) => connection.dispose()));
    },
  };
}

/** A SQLite file, for Prisma and for raw statements. */
export interface SqliteDriver extends AsyncDisposable {
  readonly factory: SqlDriverAdapterFactory;
  /** For statements outside of transactions, which may only read. */
  readonly reads: SqlQueryable;
}

/**
 * Creates a driver over Prisma's libsql adapter, with connections that last. libsql itself leaves the connection of a transaction to the
 * garbage collector and opens another, without its settings.
 * - Transactions take the write lock at once (BEGIN IMMEDIATE), so that none fails half-way because it read first.
 * - SERIALIZABLE transactions are snapshots, which may only read.
 * - Statements outside of a transaction may only read.
 *
 * `onConnection` is called when a transaction begins, in the asynchronous context that began it.
 */
export function sqliteDriver(file: string, onBegun: (connection: SqlQueryable) => void): SqliteDriver {
  const open = sqliteFile(file);
  const writers = createStock(async () => {
    const connection = await open();
    // Commits survive a loss of power. In WAL mode the default does not promise that.
    await translated(connection.queryRaw(statement('PRAGMA synchronous = FULL')));
    return connection;
  });
  const readers = createStock(async () => {
    const connection = await open();
    await translated(connection.queryRaw(statement('PRAGMA query_only = ON')));
    return connection;
  });

  async function startTransaction(level?: IsolationLevel): Promise<Transaction> {
    const snapshot = level === 'SERIALIZABLE';
    const stock = snapshot ? readers : writers;
    const connection = await stock.take();
    let ended = false;
    const ours = untilEnd(queryable(connection), () => ended);
    async function end(sql: 'COMMIT' | 'ROLLBACK'): Promise<void> {
      ended = true;
      try {
        await translated(connection.executeRaw(statement(sql)));
      } catch (error) {
        // Closing alone would keep the write lock until the connection's statements are garbage-collected.
        await connection.executeRaw(statement('ROLLBACK')).catch(() => undefined);
        await connection.dispose();
        throw error;
      }
      stock.putBack(connection);
    }
    try {
      await translated(connection.executeRaw(statement(snapshot ? 'BEGIN' : 'BEGIN IMMEDIATE')));
    } catch (error) {
      stock.putBack(connection);
      throw error;
    }
    onBegun(ours);
    return { ...ours, options: { usePhantomQuery: true }, commit: () => end('COMMIT'), rollback: () => end('ROLLBACK') };
  }

  async function connect(): Promise<SqlDriverAdapter> {
    const reader = await readers.take();
    return {
      ...queryable(reader),
      executeScript: (script) => translated(reader.executeScript(script)),
      // SQLite's limit. The adapter names none, and Prisma would assume the 999 of old builds.
      getConnectionInfo: () => ({ maxBindValues: 32_766, supportsRelationJoins: false }),
      startTransaction,
      dispose: () => reader.dispose(),
    };
  }

  let reading: Promise<SqlDriverAdapter> | undefined;
  async function reader(): Promise<SqlQueryable> {
    reading ??= readers.take().catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return queryable(await reading);
  }

  const kind = { provider: 'sqlite', adapterName: '@prisma/adapter-libsql' } as const;
  return {
    factory: { ...kind, connect },
    reads: {
      ...kind,
      queryRaw: async (query) => (await reader()).queryRaw(query),
      executeRaw: async (query) => (await reader()).executeRaw(query),
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([reading?.then((connection) => connection.dispose()), readers.dispose(), writers.dispose()]);
    },
  };
}
