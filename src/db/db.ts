import type { Prisma, PrismaClient } from './generated/mysql/client.ts';

/** Prisma's client. The two generated ones have one shape: SQLite's is cast to MySQL's (test/db/models.test.ts). */
export type Client = PrismaClient;

/** What queries run on inside a transaction; the client itself fits too, for a single read. */
export type Tx = Prisma.TransactionClient;

/** What of it runs statements in our own words. */
export type Statements = Pick<Tx, '$queryRaw' | '$executeRaw'>;

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
  /**
   * The same, and it leaves a mark under this id (16 bytes, never used before): where the connection is lost at COMMIT, the database is asked
   * for the mark before anything else is done, so that what was stored is answered as such and what was not is run anew.
   */
  commit<T>(id: Uint8Array<ArrayBuffer>, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** The same for work that finds what it has done before, and so needs no mark: where the connection is lost at COMMIT it is simply run anew. */
  commitAgain<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Removes the marks of commits that nobody can ask for any more. */
  forgetCommits(): Promise<void>;
  /** Runs reads that all see one moment (REPEATABLE READ; SQLite's read transaction). */
  snapshot<T>(read: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Locks stream rows in id order until the transaction ends and returns them with the database's clock (UTC, ms). Must be the first
   * statement of its transaction; what `tx` is asked after the call is answered under the locks, even without waiting for them. Ids that do not exist are
   * absent from the answer, and with `leaveBusy` those that another transaction holds.
   */
  lockStreams(tx: Tx, ids: readonly bigint[], options?: { readonly leaveBusy?: boolean }): Promise<LockedStreams>;
  /** The database's clock, UTC, ms. */
  now(tx?: Tx): Promise<Date>;
  /**
   * Lets one at a time, of all processes, do a kind of work (its name: some lowercase letters), until it is disposed of or the process ends; null: another is at it, and was for two seconds. A
   * database that fails over forgets who was.
   */
  alone(work: string): Promise<AsyncDisposable | null>;
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
  /** Who sent the newest message, its seq, and the seq of the newest by anybody else; null and 0: there is none. */
  readonly lastSenderId: bigint | null;
  readonly lastMessageSeq: number;
  readonly otherMessageSeq: number;
  /** seq of the newest entry after which the rows of its members, its group or its user may be others than before; 0: none since it was made. */
  readonly changedSeq: number;
}

/** The rows that a transaction has locked, and when. */
export interface LockedStreams {
  readonly now: Date;
  readonly rows: readonly StreamRow[];
}

/** What a stream is the log of. */
export type StreamKind = 'ACCOUNT' | 'DIRECT' | 'GROUP' | 'SERVER';
