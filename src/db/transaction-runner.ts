import { AsyncLocalStorage } from 'node:async_hooks';
import type { Client, Statements, Tx } from './db.ts';
import type { Deadline } from './deadline.ts';

/** Options of a Prisma transaction. */
export interface TransactOptions {
  /** Prisma ends the transaction once this has passed, never before: the caller, who waits no longer, is not told how. */
  readonly deadline: Deadline;
  readonly isolationLevel?: 'RepeatableRead' | 'Serializable' | undefined;
}

/** Runs Prisma transactions whose raw statements bypass Prisma's client and use the transaction's connection directly (decision 46). */
export interface TransactionRunner {
  /**
   * Reports what runs statements on the connection that a transaction was given. Must be called in the asynchronous context that asked for
   * the connection, because Prisma does not say which transaction it is for.
   */
  onConnection(statements: Statements): void;
  transact<T>(prisma: Client, work: (tx: Tx) => Promise<T>, options: TransactOptions): Promise<T>;
}

/** Creates a TransactionRunner. */
export function createTransactionRunner(): TransactionRunner {
  const beginning = new AsyncLocalStorage<(statements: Statements) => void>();
  return {
    onConnection: (statements) => beginning.getStore()?.(statements),
    transact(prisma, work, { deadline, isolationLevel }) {
      let statements: Statements | undefined;
      // Timers count whole milliseconds and may fire one early. Prisma's error would then come before the deadline, and count as a bug.
      const ms = Math.ceil(deadline.left()) + 1;
      return beginning.run(
        (begun) => {
          statements = begun;
        },
        () =>
          prisma.$transaction((tx) => work(statements === undefined ? tx : withStatements(tx, statements)), {
            ...{ maxWait: ms, timeout: ms },
            ...(isolationLevel !== undefined && { isolationLevel }),
          }),
      );
    },
  };
}

/** Wraps a client so that the methods in `statements` replace its own. */
export function withStatements<T extends Tx>(prisma: T, statements: Partial<Statements>): T {
  return new Proxy(prisma, {
    get: (target, name) => Reflect.get(statements, name) ?? Reflect.get(target, name),
  });
}
