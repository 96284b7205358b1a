import type { Prisma, PrismaClient } from './generated/mysql/client.ts';

/** Prisma's client. The two generated ones have one shape: SQLite's is cast to MySQL's (test/db/models.test.ts). */
export type Client = PrismaClient;

/** What queries run on inside a transaction; the client itself fits too, for a single read. */
export type Tx = Prisma.TransactionClient;

/** The database: Prisma, plus what Prisma cannot say in both dialects. Every call may throw ChatError UNAVAILABLE. */
export interface Db extends AsyncDisposable {
  readonly dialect: 'mysql' | 'sqlite';
  /** For single reads; a write by it throws. A lost connection is tried again within the deadline; after it: ChatError UNAVAILABLE. */
  readonly client: Client;
  /**
   * Runs `work` in one READ COMMITTED transaction. Deadlocks, lock time-outs, lost connections before COMMIT and MariaDB's 1020 are
   * run anew with jitter until the deadline (config WRITE_DEADLINE_MS); then ChatError UNAVAILABLE. `work` may therefore run several times.
   * On SQLite writers queue in the process. Whatever `work` throws rolls back and is passed on.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs reads that all see one moment (REPEATABLE READ; SQLite's read transaction). */
  snapshot<T>(read: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Locks stream rows in id order until the transaction ends and returns them with the database's clock (UTC, ms). Must be the first
   * statement of its transaction. Ids that do not exist are absent from the answer.
   */
  lockStreams(tx: Tx, ids: readonly bigint[]): Promise<LockedStreams>;
  /** The database's clock, UTC, ms. */
  now(tx?: Tx): Promise<Date>;
  /** Resolves when the database has answered: for health checks. */
  ping(): Promise<void>;
  /** Of this database, from its first migration on. */
  readonly epoch: string;
}

/** A stream's row as the lock saw it. */
export interface StreamRow {
  readonly id: bigint;
  readonly kind: StreamKind;
  readonly lastSeq: number;
  readonly lastOrdinal: number;
  readonly floorSeq: number;
  readonly lastAt: Date;
  readonly activeAt: Date;
  readonly createdAt: Date;
}

/** The rows that a transaction has locked, and when. */
export interface LockedStreams {
  readonly now: Date;
  readonly rows: readonly StreamRow[];
}

/** What a stream is the log of. */
export type StreamKind = 'ACCOUNT' | 'DIRECT' | 'GROUP' | 'SERVER';
