import pino from 'pino';
import { describe, inject } from 'vitest';
import { createRedisBus } from '../../src/bus/bus.redis.ts';
import { mysqlDb } from '../support/db.ts';
import { promisesToCrowds } from './crowd.contract.ts';

describe('on MariaDB and Redis', () => {
  promisesToCrowds(async () => {
    const db = await mysqlDb();
    const logger = pino({ level: 'silent' });
    const bus = await createRedisBus({ url: inject('redisUrl'), namespace: `crowd:${db.epoch}`, timeoutMs: 5_000, logger });
    async function leave(): Promise<void> {
      await bus[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
    }
    return { db, bus, [Symbol.asyncDispose]: leave };
  });
});
