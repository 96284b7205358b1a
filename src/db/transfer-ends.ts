import type { Db } from './db.ts';
import type { Sql } from './sql.ts';
import type { Model, Row, Table } from './table.ts';

/** The most that one page of a table may hold. */
export interface PageSize {
  readonly rows: number;
  /** Bytes of texts and binary values. A single row may exceed it. */
  readonly bytes: number;
}

/** The database that a transfer copies, as it was at one moment. Nothing writes to it. */
export interface Source extends AsyncDisposable {
  /** Path of the file. */
  readonly place: string;
  /** What prevents a transfer. Each obstacle says what to do about it. */
  readonly obstacles: readonly string[];
  /** The tables of all models. Empty if the migrations are not those of this release. */
  readonly tables: readonly Table[];
  /** Reads the page of a table that follows the row `after`, in the order of the primary key. Null: the first page. */
  page(table: Table, after: Row | null, size: PageSize): Promise<readonly Row[]>;
  /** Runs a query. */
  ask(query: Sql): Promise<readonly Row[]>;
}

/** How a source is opened. */
export interface SourceOptions {
  readonly file: string;
  /** Whether to keep nodes and imports from the file until the source is disposed of. False: for reading beside them. */
  readonly hold: boolean;
}

/** The database that a transfer fills. No other transfer can open it meanwhile. */
export interface Target extends AsyncDisposable {
  /** Name and address, without a password. */
  readonly place: string;
  /** Whether an earlier transfer was begun and not finished. `begin` then starts over. */
  readonly unfinished: boolean;
  /** Reads what prevents a transfer. Each obstacle says what to do about it. Throws DatabaseError if the database cannot be read. */
  obstacles(): Promise<readonly string[]>;
  /**
   * Marks the database as unfinished, so that no node starts on it, and creates its tables, empty. Throws DatabaseError with the obstacles, if
   * there are any, and if the database fails.
   */
  begin(): Promise<Filling>;
}

/** A target between `begin` and `finish`. */
export interface Filling extends AsyncDisposable {
  readonly db: Db;
  /** Stores rows in one transaction. Throws ChatError UNAVAILABLE, and the database's error if it refuses a row. */
  insert(table: Table, rows: readonly Row[]): Promise<void>;
  /** Runs a query. */
  ask(query: Sql): Promise<readonly Row[]>;
  /** Sets the only row of `Deployment` and removes the mark, in one transaction. Nodes can start on the database from then on. */
  finish(deployment: Table, row: Row): Promise<void>;
}

/** Tables that have rows before anybody has used the database: migrations and the first start create them. */
export const madeWithIt: ReadonlySet<Model> = new Set<Model>(['Deployment', 'ServerKey', 'Commit', 'Job']);
