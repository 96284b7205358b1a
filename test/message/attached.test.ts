import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfAttached } from './attached.contract.ts';
import { promiseOfAttachedActs } from './attached-acts.contract.ts';

describe('attachment lists of conversations, on SQLite', () => {
  promisesOfAttached(sqliteDb);
  promiseOfAttachedActs(sqliteDb);
});
