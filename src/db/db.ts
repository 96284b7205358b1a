import type { Prisma, PrismaClient } from './generated/mysql/client.ts';

/** Prisma's client. The two generated clients have the same shape, so SQLite's is cast to MySQL's (test/db/models.test.ts). */
export type Client = PrismaClient;

/** The client of a transaction, which runs its queries. `Db.client` fits too, for a single read. */
export type Tx = Prisma.TransactionClient;

/** The methods that run raw SQL. */
export type Statements = Pick<Tx, '$queryRaw' | '$executeRaw'>;

/** The database: Prisma, plus what Prisma cannot express in both dialects. Every call may throw ChatError UNAVAILABLE. */
export interface Db extends AsyncDisposable {
  readonly dialect: 'mysql' | 'sqlite';
  /** How many transactions can run at a time. Further ones wait for their turn, in order. */
  readonly transactions: number;
  /**
   * For single reads; a write through it throws. Transient faults, such as a lost connection, are retried until the deadline, then it
   * throws ChatError UNAVAILABLE.
   */
  readonly client: Client;
  /**
   * Runs `work` in one READ COMMITTED transaction. Whatever `work` throws rolls back and is passed on. On SQLite, writers queue in the
   * process.
   *
   * Deadlocks, lock timeouts, connections lost before COMMIT and MariaDB's error 1020 are retried with jitter until the deadline (config
   * WRITE_DEADLINE_MS), so `work` may run several times. Past the deadline, and if the connection is lost at COMMIT, it throws ChatError
   * UNAVAILABLE.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Like `transaction`, and leaves a mark under this id (16 bytes, never used before). If the connection is lost at COMMIT, the mark is
   * looked up before anything else: a transaction that was stored resolves, one that was not is run again.
   */
  commit<T>(id: Uint8Array<ArrayBuffer>, work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Like `transaction`, for work that finds what it has done before and so needs no mark: if the connection is lost at COMMIT, it is run
   * again.
   */
  commitIdempotent<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Removes the marks of commits that nobody can ask for any more. */
  forgetCommits(): Promise<void>;
  /** Runs reads that all see the same state (REPEATABLE READ; a read transaction on SQLite). */
  snapshot<T>(read: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Locks stream rows in id order until the transaction ends, and returns them with the database's clock (UTC, ms).
   *
   * Must be the first statement of its transaction. Statements that are sent on `tx` after the call run under the locks, even if its
   * promise was not awaited. Ids that do not exist are absent from the result. With `leaveBusy`, streams that another transaction holds are
   * absent too.
   */
  lockStreams(tx: Tx, ids: readonly bigint[], options?: { readonly leaveBusy?: boolean }): Promise<LockedStreams>;
  /** Reads the database's clock (UTC, ms). */
  now(tx?: Tx): Promise<Date>;
  /**
   * Reserves a kind of work for one process at a time, until the result is disposed of or the process ends. `work` is the name of the kind:
   * some lowercase letters. Resolves to null if another process still has it after two seconds. A database that fails over forgets the
   * reservation.
   */
  exclusive(work: string): Promise<AsyncDisposable | null>;
  /** Resolves when the database has answered. For health checks. */
  ping(): Promise<void>;
  /** The epoch of this database, made with its first migration. */
  readonly epoch: string;
}

/** A stream's row, as read under its lock. */
export interface StreamRow {
  readonly id: bigint;
  readonly kind: StreamKind;
  readonly lastSeq: number;
  readonly lastOrdinal: number;
  readonly floorSeq: number;
  readonly lastAt: Date;
  readonly activeAt: Date;
  readonly createdAt: Date;
  /** Sender and seq of the newest message, and seq of the newest message by anybody else. Null and 0 if there is none. */
  readonly lastSenderId: bigint | null;
  readonly lastMessageSeq: number;
  readonly otherMessageSeq: number;
  /** seq of the newest entry that may have changed the rows of the stream's members, group or user. 0: none since the stream was made. */
  readonly changedSeq: number;
}

/** The rows that a transaction has locked, and the database's time when it did. */
export interface LockedStreams {
  readonly now: Date;
  readonly rows: readonly StreamRow[];
}

/** What a stream is the log of. */
export type StreamKind = 'ACCOUNT' | 'DIRECT' | 'GROUP' | 'SERVER';
