import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfAccounts } from './account.contract.ts';

describe('accounts on SQLite', () => promisesOfAccounts(sqliteDb));
