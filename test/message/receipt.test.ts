import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfReceipts } from './receipt.contract.ts';

describe('receipts on SQLite', () => promisesOfReceipts(sqliteDb));
