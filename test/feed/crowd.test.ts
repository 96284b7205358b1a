import { describe } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { sqliteDb } from '../support/db.ts';
import { promisesToCrowds } from './crowd.contract.ts';

describe('embedded', () => {
  promisesToCrowds(async () => {
    const [db, bus] = [await sqliteDb(), createMemoryBus()];
    async function leave(): Promise<void> {
      await bus[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
    }
    return { db, bus, [Symbol.asyncDispose]: leave };
  });
});
