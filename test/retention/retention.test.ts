import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfAccountRetention } from './account.contract.ts';
import { promisesOfRetention } from './retention.contract.ts';

describe('what is kept for a time on SQLite', () => promisesOfRetention(sqliteDb));
describe('what accounts keep for a time on SQLite', () => promisesOfAccountRetention(sqliteDb));
