import './provided.ts';
import type { TestProject } from 'vitest/node';
import { ensurePrograms } from './binaries.ts';
import { startMariadb, startRedis } from './services.ts';

/**
 * Global setup of the project `real`: starts a MariaDB and a Redis for this run. Returns the function that stops them. If it is never
 * called, their guards stop them.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  ensurePrograms('mariadbd', 'mariadb-install-db', 'redis-server');
  const stack = new AsyncDisposableStack();
  try {
    // A file for each table would be most of the work of creating a database.
    const mariadb = stack.use(await startMariadb({ args: ['--innodb-file-per-table=0'] }));
    const redis = stack.use(await startRedis());
    project.provide('mysqlUrl', mariadb.url);
    project.provide('redisUrl', redis.url);
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
  return () => stack.disposeAsync();
}
