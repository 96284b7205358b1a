import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfAttached } from './attached.contract.ts';
import { promiseOfAttachedActs } from './attached-acts.contract.ts';

describe('attachment lists of conversations, on MariaDB', () => {
  promisesOfAttached(mysqlDb);
  promiseOfAttachedActs(mysqlDb);
});
