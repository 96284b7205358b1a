import './provided.ts';
import type { TestProject } from 'vitest/node';
import { ensurePrograms } from './binaries.ts';
import { startMariadb, startRedis } from './services.ts';

/** Before the project `real`: a MariaDB and a Redis of this run. Returns what stops them; their guards do if nobody calls it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  ensurePrograms('mariadbd', 'mariadb-install-db', 'redis-server');
  const stack = new AsyncDisposableStack();
  try {
    const mariadb = stack.use(await startMariadb());
    const redis = stack.use(await startRedis());
    project.provide('mysqlUrl', mariadb.url);
    project.provide('redisUrl', redis.url);
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
  return () => stack.disposeAsync();
}
