declare module 'vitest' {
  /** The values of `inject(…)`. */
  export interface ProvidedContext {
    /** The stores of the project's tests: SQLite in one process, or MariaDB and Redis. */
    stores: 'embedded' | 'real';
    /** A MariaDB server of this run, without a database: `mysql://root@127.0.0.1:PORT/`. Only if stores is 'real'. */
    mysqlUrl: string;
    /** A Redis server of this run: `redis://127.0.0.1:PORT`. Only if stores is 'real'. */
    redisUrl: string;
    /** The path of the browser. Only in the browser project. */
    chromium: string;
  }
}

export {};
