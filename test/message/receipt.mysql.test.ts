import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfReceipts } from './receipt.contract.ts';

describe('receipts on MariaDB', () => promisesOfReceipts(mysqlDb));
