import { AsyncLocalStorage } from 'node:async_hooks';
import type { Client, Statements, Tx } from './db.ts';

/** Options of a Prisma transaction. */
export interface TransactOptions {
  /** How long it may wait for its connection, in ms. */
  readonly maxWait: number;
  /** How long it may take after that, in ms. */
  readonly timeout: number;
  readonly isolationLevel?: 'RepeatableRead' | 'Serializable';
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

/** Creates a `Beginning`. */
export function createTransactionRunner(): TransactionRunner {
  const beginning = new AsyncLocalStorage<(statements: Statements) => void>();
  return {
    onConnection: (statements) => beginning.getStore()?.(statements),
    transact(prisma, work, options) {
      let statements: Statements | undefined;
      return beginning.run(
        (begun) => {
          statements = begun;
        },
        () => prisma.$transaction((tx) => work(statements === undefined ? tx : withStatements(tx, statements)), options),
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
