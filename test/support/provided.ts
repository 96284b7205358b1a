declare module 'vitest' {
  /** What `inject(…)` gives a test. */
  export interface ProvidedContext {
    /** Which stores the tests of this project run on: SQLite in one process, or MariaDB and Redis. */
    stores: 'embedded' | 'real';
    /** A MariaDB server of this run, no database named: `mysql://root@127.0.0.1:PORT/`. Only where stores is 'real'. */
    mysqlUrl: string;
    /** A Redis server of this run: `redis://127.0.0.1:PORT`. Only where stores is 'real'. */
    redisUrl: string;
    /** Path of the browser to drive. Only in the browser project. */
    chromium: string;
  }
}

export {};
