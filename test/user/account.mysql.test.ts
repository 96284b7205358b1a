import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfAccounts } from './account.contract.ts';

describe('accounts on MariaDB', () => promisesOfAccounts(mysqlDb));
