import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfAttached } from './attached.contract.ts';
import { promiseOfAttachedActs } from './attached-acts.contract.ts';

describe('what is attached in conversations, on SQLite', () => {
  promisesOfAttached(sqliteDb);
  promiseOfAttachedActs(sqliteDb);
});
