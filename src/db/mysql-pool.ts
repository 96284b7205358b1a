import type { Connection, ConnectionConfig, Pool, QueryOptions } from 'mariadb';
import { type Deadline, deadlineIn } from './deadline.ts';
import { translateMysql } from './mysql-error.ts';
import type { Ask } from './mysql-statements.ts';
import { createSlots } from './slots.ts';
import { Transient } from './transient.ts';

/** How Prisma's adapter reads values. */
const reading = { rowsAsArray: true, dateStrings: true, autoJsonMap: false, jsonStrings: true, bitOneIsBoolean: false };

/**
 * With these options the pool's connections are to be opened: they need not be told how with each statement then, for which the driver copies all options that a
 * connection has (a tenth of the CPU of a small commit).
 */
// The driver's types lack some of them.
export const readingOptions: ConnectionConfig = reading as ConnectionConfig;

/** A statement without its options. Throws where Prisma's adapter asks for others than those that connections have. */
function textOf(statement: string | QueryOptions): string {
  if (typeof statement === 'string') return statement;
  const { sql, ...asked } = statement;
  for (const [name, value] of Object.entries(asked)) {
    // It is for geometry, which no table of ours has.
    if (name === 'typeCast') continue;
    if (Reflect.get(reading, name) !== value)
      throw new Error(`Prisma's adapter reads values by ${name}: ${value}, which connections do not know of`);
  }
  return sql;
}

/** What a pool is told. */
export interface PoolOptions {
  /** Opens a connection, with `readingOptions`. Bounded in time by itself. */
  readonly open: () => Promise<Connection>;
  readonly size: number;
  /** Bounds the wait for a connection, and each statement, in ms. */
  readonly deadlineMs: number;
  /** Called with what runs statements in a transaction, when it is given its connection, by whoever asked for one. */
  readonly onLent?: (ask: Ask) => void;
}

/** What Prisma's adapter uses of a driver's connection. */
type Lent = Pick<Connection, 'query' | 'on' | 'off'> & { readonly release: () => Promise<void> };

/** Runs a statement; past the deadline the connection is given up, since its answer could otherwise be taken for that of the next one. */
async function ask(connection: Connection, statement: string, values: unknown, deadline: Deadline): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      connection.destroy();
      reject(new Transient('lost', 'the database did not answer a statement in time'));
    }, deadline.left());
  });
  try {
    return await Promise.race([connection.query(statement, values), late]);
  } catch (error) {
    throw translateMysql(error);
  } finally {
    clearTimeout(timer);
  }
}

const transactionWords: Readonly<Record<string, 'opens' | 'ends'>> = { BEGIN: 'opens', COMMIT: 'ends', ROLLBACK: 'ends' };
const asks = /^\s*SELECT\b/;

/**
 * A connection for one transaction. After a deadlock the server has rolled back by itself, and whatever came next would be stored on its
 * own: so after a passing fault nothing but ROLLBACK goes through, and after the end nothing at all.
 */
function lend(connection: Connection, deadlineMs: number, takeBack: (clean: boolean) => void): Lent {
  let fault: Transient | undefined;
  let begun: Promise<unknown> | undefined;
  let state: 'new' | 'open' | 'ending' | 'ended' = 'new';

  async function send(sql: string, values?: unknown): Promise<unknown> {
    try {
      return await ask(connection, sql, values, deadlineIn(deadlineMs));
    } catch (error) {
      if (error instanceof Transient) fault ??= error;
      throw error;
    }
  }

  async function query(statement: string | QueryOptions, values?: unknown): Promise<unknown> {
    const sql = textOf(statement);
    if (fault && sql !== 'ROLLBACK') throw fault;
    if (state === 'ending' || state === 'ended') throw new Error('a statement came after the end of its transaction');
    const word = transactionWords[sql];
    if (word === 'opens') {
      state = 'open';
      begun = send(sql);
      begun.then(
        () => {
          begun = undefined;
        },
        () => undefined,
      );
      return;
    }
    // Who begins by reading need not wait for an answer that says nothing. Had the server not begun, what follows finds out before it writes.
    if (begun && !asks.test(sql)) await begun;
    if (word === undefined) return send(sql, values);
    state = 'ending';
    const answer = await send(sql);
    state = 'ended';
    return answer;
  }

  return {
    // The driver types its answers as any; Prisma's adapter reads them.
    query: query as Connection['query'],
    on: connection.on.bind(connection),
    off: connection.off.bind(connection),
    release: async () => takeBack(state === 'new' || state === 'ended'),
  };
}

/**
 * A pool for Prisma's MariaDB adapter, in place of the driver's own, whose waiters starve, which backs off for up to 10 s after an outage
 * and which tells its connections apart by numbers that start anew with the server. Here: first come, first served; a connection is
 * opened when somebody needs it, so an outage ends for us with the first try after it; passing faults come out as Transient.
 */
export function createMysqlPool({ open, size, deadlineMs, onLent }: PoolOptions): Pool {
  const slots = createSlots(size);
  const idle: Connection[] = [];
  let closed = false;

  async function acquire(): Promise<{ readonly connection: Connection; readonly takeBack: (clean: boolean) => void }> {
    const giveBack = await slots.take(deadlineIn(deadlineMs));
    try {
      let connection = idle.pop();
      while (connection && !connection.isValid()) connection = idle.pop();
      const taken = connection ?? (await open());
      return {
        connection: taken,
        takeBack(clean) {
          if (!clean || closed || !taken.isValid()) taken.destroy();
          else idle.push(taken);
          giveBack();
        },
      };
    } catch (error) {
      giveBack();
      // Whatever keeps a connection from being opened (even a changed password), an operator can mend it while we run.
      throw error instanceof Transient ? error : new Transient('lost', error);
    }
  }

  async function query(statement: string | QueryOptions, values?: unknown): Promise<unknown> {
    const { connection, takeBack } = await acquire();
    try {
      return await ask(connection, textOf(statement), values, deadlineIn(deadlineMs));
    } finally {
      takeBack(true);
    }
  }

  async function getConnection(): Promise<Lent> {
    const { connection, takeBack } = await acquire();
    const lent = lend(connection, deadlineMs, takeBack);
    onLent?.(lent.query);
    return lent;
  }

  async function end(): Promise<void> {
    closed = true;
    await Promise.all([slots.close(), ...idle.splice(0).map((connection) => connection.end())]);
  }

  // Of the driver's pool, Prisma's adapter uses these.
  return { query, getConnection, end } as unknown as Pool;
}
