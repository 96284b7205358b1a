import { AsyncLocalStorage } from 'node:async_hooks';
import type { Client, Statements, Tx } from './db.ts';

/** Of a transaction of Prisma's. */
export interface TransactOptions {
  /** How long it may wait for its connection, in ms. */
  readonly maxWait: number;
  /** How long it may then take, in ms. */
  readonly timeout: number;
  readonly isolationLevel?: 'RepeatableRead' | 'Serializable';
}

/** Transactions of Prisma's in which statements of ours go beneath its client, on the same connection. */
export interface Beginning {
  /** Whoever gives a transaction its connection tells what runs statements there, in the asynchronous context in which it is asked for it: Prisma keeps to itself which one that is. */
  onBegun(statements: Statements): void;
  transact<T>(prisma: Client, work: (tx: Tx) => Promise<T>, options: TransactOptions): Promise<T>;
}

/** Makes it. */
export function createBeginning(): Beginning {
  const beginning = new AsyncLocalStorage<(statements: Statements) => void>();
  return {
    onBegun: (statements) => beginning.getStore()?.(statements),
    transact(prisma, work, options) {
      let statements: Statements | undefined;
      return beginning.run(
        (begun) => {
          statements = begun;
        },
        () => prisma.$transaction((tx) => work(statements === undefined ? tx : under(tx, statements)), options),
      );
    },
  };
}

/** The same, with statements that go another way. */
export function under<T extends Tx>(prisma: T, statements: Partial<Statements>): T {
  return new Proxy(prisma, {
    get: (target, name) => Reflect.get(statements, name) ?? Reflect.get(target, name),
  });
}
