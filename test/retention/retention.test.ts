import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfAccountRetention } from './account.contract.ts';
import { promisesOfRetention } from './retention.contract.ts';

describe('retention of conversations on SQLite', () => promisesOfRetention(sqliteDb));
describe('retention of accounts on SQLite', () => promisesOfAccountRetention(sqliteDb));
