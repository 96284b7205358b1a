import type { Connection, Pool, QueryOptions } from 'mariadb';
import { type Deadline, deadlineIn } from './deadline.ts';
import { translateMysql } from './mysql-error.ts';
import { textOf } from './mysql-reading.ts';
import type { Ask } from './mysql-statements.ts';
import { createSlots } from './slots.ts';
import { Transient } from './transient.ts';

/** What a pool is told. */
export interface PoolOptions {
  /** Opens a connection, with `readingOptions`. Bounded in time by itself. */
  readonly open: () => Promise<Connection>;
  readonly size: number;
  /** Bounds the wait for a connection, and each statement, in ms. */
  readonly deadlineMs: number;
  /** A clock in ms that does not jump. */
  readonly now?: () => number;
  /** Called with what runs statements in a transaction, when it is given its connection, by whoever asked for one. */
  readonly onLent?: (ask: Ask) => void;
}

/** What a connection is lent for: a transaction, or a read that is none. Each wants the server to commit by itself, or not to: it is told where one comes from the other. */
type Use = 'transactions' | 'reads';

const otherUse = { transactions: 'reads', reads: 'transactions' } as const satisfies { readonly [U in Use]: Use };

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

const asks = /^\s*SELECT\b/;
const writes = /^\s*(?:INSERT|UPDATE|DELETE)\b/;
// While a server takes no writes and no other takes its place, all connections are opened anew so often, and not with each write that is tried.
const restMs = 100;

/** How a connection goes to a transaction, and comes back from it. */
interface Loan {
  readonly ask: (sql: string, values?: unknown) => Promise<unknown>;
  /** Sees to it that the server commits nothing by itself; absent where it does so already. */
  readonly begin: ((send: (sql: string) => Promise<unknown>) => Promise<void>) | undefined;
  readonly takeBack: (clean: boolean) => void;
}

/**
 * A connection for one transaction. Statements are sent without waiting for the answers of those before, so a deadlock, after which the server has
 * rolled back by itself, is heard of when more of them are with the server: these must not be stored on their own. So nothing is committed but by
 * COMMIT (autocommit is off, which makes the server begin anew by itself), after a passing fault nothing but ROLLBACK goes through, and after the end nothing at all.
 */
function lend(connection: Connection, { ask, begin, takeBack }: Loan): Lent {
  const underWay = new Set<Promise<unknown>>();
  let fault: Transient | undefined;
  let begun: Promise<void> | undefined;
  let state: 'new' | 'open' | 'ending' | 'ended' = 'new';

  async function send(sql: string, values?: unknown): Promise<unknown> {
    const answer = ask(sql, values);
    underWay.add(answer);
    try {
      return await answer;
    } catch (error) {
      if (error instanceof Transient) fault ??= error;
      throw error;
    } finally {
      underWay.delete(answer);
    }
  }

  function refuseAfterEnd(): void {
    if (state === 'ending' || state === 'ended') throw new Error('a statement came after the end of its transaction');
  }

  function refuseAfterFault(): void {
    if (fault) throw fault;
    refuseAfterEnd();
  }

  function open(): void {
    state = 'open';
    begun = begin?.(send).then(() => {
      begun = undefined;
    });
    begun?.catch(() => undefined);
  }

  async function end(sql: string): Promise<unknown> {
    refuseAfterEnd();
    state = 'ending';
    await begun;
    if (sql === 'COMMIT') {
      // One that nobody has waited for may be about to tell that half of this is undone.
      if (underWay.size > 0) await Promise.allSettled(underWay);
      if (fault) throw fault;
    }
    const answer = await send(sql);
    state = 'ended';
    return answer;
  }

  async function query(statement: string | QueryOptions, values?: unknown): Promise<unknown> {
    const sql = textOf(statement);
    if (sql === 'COMMIT' || sql === 'ROLLBACK') return end(sql);
    refuseAfterFault();
    if (sql === 'BEGIN') return open();
    // Who begins by reading need not wait for an answer that says nothing. Had the server not begun, what follows finds out before it writes.
    if (begun && !asks.test(sql)) {
      await begun;
      // It may have failed or ended meanwhile.
      refuseAfterFault();
    }
    return send(sql, values);
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
export function createMysqlPool({ open, size, deadlineMs, now = () => performance.now(), onLent }: PoolOptions): Pool {
  const slots = createSlots(size);
  const idle: { readonly [U in Use]: Connection[] } = { transactions: [], reads: [] };
  const uncommitting = new WeakSet<Connection>();
  /** Connections that lead to where new ones do, as far as is known. */
  let current = new WeakSet<Connection>();
  // Connections that there are, lent and idle.
  let living = 0;
  let closed = false;

  /** Whether new connections may lead to a server that takes no writes, as the last that was left. */
  let inDoubt = false;
  let restsUntil = Number.NEGATIVE_INFINITY;

  /** No connection is used again that there is, or that is being opened, but this one. */
  function leaveAll(but?: Connection): void {
    current = new WeakSet(but && [but]);
    for (const others of Object.values(idle)) {
      for (const other of others.splice(0)) {
        living -= 1;
        other.destroy();
      }
    }
  }

  // A server that has become read-only, or is to shut down, says so and leaves connections open, while new ones may lead to another: none is used again that was there before, for
  // reads would be answered by it without a word.
  function heedRefusal(connection: Connection): void {
    if (!current.has(connection) || now() < restsUntil) return;
    restsUntil = now() + restMs;
    inDoubt = true;
    leaveAll();
  }

  // New ones may have led to the same server for a while. Of those in which nobody has written nothing is known.
  function heedWrite(connection: Connection): void {
    if (!current.has(connection)) return;
    inDoubt = false;
    leaveAll(connection);
  }

  async function send(connection: Connection, sql: string, values?: unknown): Promise<unknown> {
    try {
      const answer = await ask(connection, sql, values, deadlineIn(deadlineMs));
      if (inDoubt && writes.test(sql)) heedWrite(connection);
      return answer;
    } catch (error) {
      if (error instanceof Transient && error.kind === 'lost' && connection.isValid()) heedRefusal(connection);
      throw error;
    }
  }

  function firstValid(use: Use): Connection | undefined {
    for (let connection = idle[use].pop(); connection; connection = idle[use].pop()) {
      if (connection.isValid()) return connection;
      living -= 1;
    }
    return undefined;
  }

  async function openOne(): Promise<Connection> {
    living += 1;
    // What is left while it is being opened it is one of.
    const those = current;
    try {
      const connection = await open();
      those.add(connection);
      return connection;
    } catch (error) {
      living -= 1;
      throw error;
    }
  }

  // Where reads and transactions take turns, one connection for both would be told with each what it is for.
  async function connectionFor(use: Use): Promise<Connection> {
    const own = firstValid(use);
    if (own) return own;
    if (living >= size) return firstValid(otherUse[use]) ?? openOne();
    try {
      return await openOne();
    } catch (error) {
      const other = firstValid(otherUse[use]);
      if (other) return other;
      throw error;
    }
  }

  async function acquire(use: Use): Promise<{ readonly connection: Connection; readonly takeBack: (clean: boolean) => void }> {
    const giveBack = await slots.take(deadlineIn(deadlineMs));
    try {
      const connection = await connectionFor(use);
      return {
        connection,
        takeBack(clean) {
          if (clean && !closed && current.has(connection) && connection.isValid()) {
            idle[uncommitting.has(connection) ? 'transactions' : 'reads'].push(connection);
          } else {
            living -= 1;
            connection.destroy();
          }
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
    const { connection, takeBack } = await acquire('reads');
    let clean = !uncommitting.has(connection);
    async function commitEach(): Promise<void> {
      await send(connection, 'SET autocommit = 1');
      uncommitting.delete(connection);
      clean = true;
    }
    try {
      const [, answer] = await Promise.all([clean ? undefined : commitEach(), send(connection, textOf(statement), values)]);
      return answer;
    } finally {
      takeBack(clean);
    }
  }

  async function getConnection(): Promise<Lent> {
    const { connection, takeBack } = await acquire('transactions');
    async function begin(send: (sql: string) => Promise<unknown>): Promise<void> {
      await send('SET autocommit = 0');
      uncommitting.add(connection);
    }
    const lent = lend(connection, {
      ask: (sql, values) => send(connection, sql, values),
      begin: uncommitting.has(connection) ? undefined : begin,
      takeBack,
    });
    onLent?.(lent.query);
    return lent;
  }

  async function end(): Promise<void> {
    closed = true;
    const unused = [...idle.transactions.splice(0), ...idle.reads.splice(0)];
    await Promise.all([slots.close(), ...unused.map((connection) => connection.end())]);
  }

  // Of the driver's pool, Prisma's adapter uses these.
  return { query, getConnection, end } as unknown as Pool;
}
