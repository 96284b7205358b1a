import type { Connection, Pool, QueryOptions } from 'mariadb';
import { type Deadline, deadlineIn } from './deadline.ts';
import { translateMysql } from './mysql-error.ts';
import { textOf } from './mysql-reading.ts';
import type { Ask } from './mysql-statements.ts';
import { createSlots } from './slots.ts';
import { Transient } from './transient.ts';

/** Options of a pool. */
export interface PoolOptions {
  /** Opens a connection, with `readingOptions`. Must be bounded in time by itself. */
  readonly open: () => Promise<Connection>;
  readonly size: number;
  /** Bounds the wait for a connection, and each statement, in ms. */
  readonly deadlineMs: number;
  /** A clock in ms that does not jump. */
  readonly now?: () => number;
  /** Called in the asynchronous context that asked for a transaction's connection. `ask` runs statements in that transaction. */
  readonly onLent?: (ask: Ask) => void;
}

/** A transaction, which has autocommit off, or a read outside of one, which has it on. The pool switches a connection between them. */
type Use = 'transactions' | 'reads';

const otherUse = { transactions: 'reads', reads: 'transactions' } as const satisfies { readonly [U in Use]: Use };

/** The part of a driver's connection that Prisma's adapter uses. */
type Lent = Pick<Connection, 'query' | 'on' | 'off'> & { readonly release: () => Promise<void> };

/** Runs a statement. Past the deadline the connection is destroyed, because the answer could be taken for that of the next statement. */
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
// While a server takes no writes and has no successor, connections are replaced this often at most, and not with each failed write.
const restMs = 100;

/** How a connection is lent to a transaction and taken back. */
interface Loan {
  readonly ask: (sql: string, values?: unknown) => Promise<unknown>;
  /** Turns autocommit off. Absent if it is off already. */
  readonly begin: ((send: (sql: string) => Promise<unknown>) => Promise<void>) | undefined;
  readonly takeBack: (clean: boolean) => void;
}

/**
 * Wraps a connection for one transaction.
 *
 * Statements are sent without waiting for earlier answers. So when a deadlock is reported, after which the server has rolled back by
 * itself, more statements may be with the server, and these must not be stored on their own. Only COMMIT stores anything: autocommit is
 * off, which makes the server begin a transaction by itself. After a transient fault only ROLLBACK is sent, and after the end nothing.
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
      // A statement that nobody has awaited may be about to report that the server has rolled back.
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
    // A transaction that begins with reads need not await SET autocommit: its failure is found before the first write.
    if (begun && !asks.test(sql)) {
      await begun;
      // The transaction may have failed or ended meanwhile.
      refuseAfterFault();
    }
    return send(sql, values);
  }

  return {
    // The driver types its results as any; Prisma's adapter reads them.
    query: query as Connection['query'],
    on: connection.on.bind(connection),
    off: connection.off.bind(connection),
    release: async () => takeBack(state === 'new' || state === 'ended'),
  };
}

/**
 * Creates a pool for Prisma's MariaDB adapter, in place of the driver's own. The waiters of that one starve, it backs off for up to 10 s
 * after an outage, and it identifies connections by numbers that restart with the server. Here, waiters are served in order. A connection
 * is opened when it is needed, so an outage is over with the first try after it. Transient faults are thrown as Transient.
 */
export function createMysqlPool({ open, size, deadlineMs, now = () => performance.now(), onLent }: PoolOptions): Pool {
  const slots = createSlots(size);
  const idle: { readonly [U in Use]: Connection[] } = { transactions: [], reads: [] };
  const uncommitting = new WeakSet<Connection>();
  /** Connections that lead to the same server as new ones do, as far as is known. */
  let current = new WeakSet<Connection>();
  // Number of connections, lent and idle.
  let living = 0;
  let closed = false;

  /** Whether new connections may lead to a server that takes no writes, like the last one that was left. */
  let inDoubt = false;
  let restsUntil = Number.NEGATIVE_INFINITY;

  /** Stops using all connections except `but`, including those that are being opened. */
  function retireAll(but?: Connection): void {
    current = new WeakSet(but && [but]);
    for (const others of Object.values(idle)) {
      for (const other of others.splice(0)) {
        living -= 1;
        other.destroy();
      }
    }
  }

  // A server that has become read-only, or is about to shut down, says so and leaves connections open, while new ones may lead to another
  // server. None of the older connections is used again, because reads on them would succeed silently.
  function onRefusal(connection: Connection): void {
    if (!current.has(connection) || now() < restsUntil) return;
    restsUntil = now() + restMs;
    inDoubt = true;
    retireAll();
  }

  // New connections may have led to the same server for a while. Nothing is known of those without a write, so they are left too.
  function onWrite(connection: Connection): void {
    if (!current.has(connection)) return;
    inDoubt = false;
    retireAll(connection);
  }

  async function send(connection: Connection, sql: string, values?: unknown): Promise<unknown> {
    try {
      const answer = await ask(connection, sql, values, deadlineIn(deadlineMs));
      if (inDoubt && writes.test(sql)) onWrite(connection);
      return answer;
    } catch (error) {
      if (error instanceof Transient && error.kind === 'lost' && connection.isValid()) onRefusal(connection);
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
    // Read before the wait: if all connections are left meanwhile, this one is left with them.
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

  // Opens a second connection first: if reads and transactions took turns on one, each would have to set autocommit.
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
      // Whatever keeps a connection from being opened, even a changed password, may be fixed by an operator while the node runs.
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

  // Prisma's adapter uses only these methods of the driver's pool.
  return { query, getConnection, end } as unknown as Pool;
}
