import { ChatError } from '../errors.ts';
import { forgetMarks, isMarked, leaveMark } from './commit-mark.ts';
import type { Client, Db, Statements, Tx } from './db.ts';
import { backOff, type Deadline, deadlineIn, unavailable, within } from './deadline.ts';
import type { Outages } from './outage.ts';
import type { Slots } from './slots.ts';
import { type TransactionRunner, withStatements } from './transaction-runner.ts';
import { Transient } from './transient.ts';

/** What differs between the two databases. */
export interface Dialect {
  readonly dialect: Db['dialect'];
  /** Prisma over a driver that throws transient faults as Transient. */
  readonly prisma: Client;
  /** Runs raw statements outside of transactions, beneath Prisma's client. */
  readonly statements: Statements;
  readonly beginning: TransactionRunner;
  /** Slots for transactions. Waiters are served in order. */
  readonly writers: Slots;
  /** Slots for snapshots. May be the same object. */
  readonly snapshots: Slots;
  /** The isolation level that makes a transaction a snapshot. */
  readonly snapshotLevel: 'RepeatableRead' | 'Serializable';
  readonly lockStreams: Db['lockStreams'];
  /** Db.exclusive, which may throw any error. */
  readonly exclusive: Db['exclusive'];
  readonly now: (tx: Tx) => Promise<Date>;
}

/** Options of a Db. */
export interface DbOptions {
  readonly epoch: string;
  /** Bounds every call, in ms. */
  readonly deadlineMs: number;
  /** Is told how each call ends. */
  readonly outages: Outages | undefined;
}

// How long close() waits for transactions to end. They are short, and have deadlines of their own anyway.
const closeMs = 5_000;

const reads: ReadonlySet<string> = new Set([
  'findUnique',
  'findUniqueOrThrow',
  'findFirst',
  'findFirstOrThrow',
  'findMany',
  'count',
  'aggregate',
  'groupBy',
  '$queryRaw',
]);

async function retryRead<T>(deadline: Deadline, read: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await within(deadline, read());
    } catch (error) {
      if (!(error instanceof Transient)) throw error;
      await backOff(deadline, tries, error);
    }
  }
}

/** Wraps Prisma's client for single reads. Refuses writes: after a lost connection, nobody could tell whether a write was done. */
function readingClient({ prisma, statements }: Dialect, { deadlineMs, outages }: DbOptions, isClosed: () => boolean): Client {
  async function read<T>(ask: () => Promise<T>): Promise<T> {
    // Prisma would open the database again.
    if (isClosed()) throw unavailable(new Error('the database was closed'));
    try {
      const answer = await retryRead(deadlineIn(deadlineMs), ask);
      outages?.succeeded('read');
      return answer;
    } catch (error) {
      outages?.failed('read', error);
      throw error;
    }
  }

  const extended = prisma.$extends({
    query: {
      async $allOperations({ operation, args, query }) {
        if (!reads.has(operation)) throw new Error(`db.client only reads: ${operation} belongs in db.transaction`);
        return read(() => query(args));
      },
    },
  });
  const $queryRaw = async (...asked: Parameters<Client['$queryRaw']>) => read(async () => statements.$queryRaw(...asked));
  // $extends returns a type of its own, which only lacks $on.
  return withStatements(extended as unknown as Client, { $queryRaw } as unknown as Partial<Statements>);
}

/** One try of a transaction. COMMIT is sent only if a caller still waits for it. */
interface Try<T> {
  readonly settled: Promise<T>;
  /** The result of the work, once COMMIT may have been sent. */
  outcome(): { readonly done: T } | undefined;
}

/** How a transaction is run. */
interface Manner {
  readonly snapshot: boolean;
  /** The mark to leave, for a COMMIT whose answer is lost. */
  readonly mark?: Uint8Array<ArrayBuffer>;
  /** The work may be done twice. */
  readonly again?: true;
}

/** Creates the Db, from the parts that differ between the databases. */
export function createPrismaDb(parts: Dialect, options: DbOptions): Db {
  const { prisma, beginning, writers, snapshots } = parts;
  const { epoch, deadlineMs, outages } = options;
  let closed = false;
  const client = readingClient(parts, options, () => closed);

  function begin<T>(work: (tx: Tx) => Promise<T>, deadline: Deadline, { snapshot, mark }: Manner): Try<T> {
    let outcome: { readonly done: T } | undefined;
    const settled = beginning.transact(
      prisma,
      async (tx) => {
        const [result] = await Promise.all([work(tx), mark === undefined ? undefined : leaveMark(parts, tx, mark)]);
        // The caller has already been told UNAVAILABLE. Better to store nothing than something that nobody knows of.
        if (deadline.left() === 0) throw unavailable(new Error('the transaction took too long'));
        outcome = { done: result };
        return result;
      },
      { deadline, isolationLevel: snapshot ? parts.snapshotLevel : undefined },
    );
    return { settled, outcome: () => outcome };
  }

  async function attempt<T>(
    work: (tx: Tx) => Promise<T>,
    deadline: Deadline,
    { tries, manner }: { readonly tries: number; readonly manner: Manner },
  ): Promise<{ readonly done: T } | null> {
    let current: Try<T> | undefined;
    try {
      const giveBack = await (manner.snapshot ? snapshots : writers).take(deadline);
      current = begin(work, deadline, manner);
      // The slot is free when the connection is, which may be after the caller has gone.
      current.settled.then(giveBack, giveBack);
      return { done: await within(deadline, current.settled) };
    } catch (error) {
      if (error instanceof ChatError) throw error;
      if (deadline.left() === 0 || closed) throw unavailable(error);
      if (!(error instanceof Transient)) throw error;
      const done = await settleLost(error, deadline, { current, manner });
      if (done === null) await backOff(deadline, tries, error);
      return done;
    }
  }

  /**
   * Settles a try that has failed. Returns its result if it was lost at COMMIT and was stored, and null if it can be run again. Throws
   * ChatError UNAVAILABLE if the result is not known.
   */
  async function settleLost<T>(
    error: Transient,
    deadline: Deadline,
    { current, manner: { snapshot, mark, again } }: { readonly current: Try<T> | undefined; readonly manner: Manner },
  ): Promise<{ readonly done: T } | null> {
    // A snapshot stores nothing, so it can always be run again.
    const outcome = error.kind === 'lost' && !snapshot ? current?.outcome() : undefined;
    if (outcome === undefined || again) return null;
    if (mark === undefined) throw unavailable(error);
    return (await wasCommitted(mark, deadline)) ? outcome : null;
  }

  // Asks until the database answers. The query waits for the lost transaction if the server is still running it.
  async function wasCommitted(mark: Uint8Array<ArrayBuffer>, deadline: Deadline): Promise<boolean> {
    for (let tries = 0; ; tries += 1) {
      try {
        const asked = beginning.transact(prisma, (tx) => isMarked(parts, tx, mark), { deadline });
        return await within(deadline, asked);
      } catch (error) {
        if (deadline.left() === 0 || closed) throw unavailable(error);
        if (!(error instanceof Transient)) throw error;
        await backOff(deadline, tries, error);
      }
    }
  }

  async function run<T>(work: (tx: Tx) => Promise<T>, manner: Manner): Promise<T> {
    const deadline = deadlineIn(deadlineMs);
    const wanted = manner.snapshot ? 'read' : 'write';
    try {
      for (let tries = 0; ; tries += 1) {
        const outcome = await attempt(work, deadline, { tries, manner });
        if (outcome === null) continue;
        outages?.succeeded(wanted);
        return outcome.done;
      }
    } catch (error) {
      outages?.failed(wanted, error);
      throw error;
    }
  }

  async function exclusive(work: string): Promise<AsyncDisposable | null> {
    try {
      return await parts.exclusive(work);
    } catch (error) {
      const refusal = error instanceof ChatError ? error : unavailable(error);
      outages?.failed('read', refusal);
      throw refusal;
    }
  }

  async function close(): Promise<void> {
    closed = true;
    const drained = Promise.all([writers.close(), snapshots.close()]);
    await within(deadlineIn(closeMs), drained).catch(() => undefined);
    await within(deadlineIn(closeMs), prisma.$disconnect()).catch(() => undefined);
  }

  return {
    dialect: parts.dialect,
    transactions: writers.size,
    epoch,
    client,
    transaction: (work) => run(work, { snapshot: false }),
    commitIdempotent: (work) => run(work, { snapshot: false, again: true }),
    commit: (mark, work) => run(work, { snapshot: false, mark }),
    forgetCommits: () => run((tx) => forgetMarks(parts, tx), { snapshot: false }),
    snapshot: (read) => run(read, { snapshot: true }),
    lockStreams: parts.lockStreams,
    exclusive,
    now: (tx = client) => parts.now(tx),
    async ping() {
      await parts.now(client);
    },
    [Symbol.asyncDispose]: close,
  };
}
