import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfAccountRetention } from './account.contract.ts';
import { promisesOfRetention } from './retention.contract.ts';

describe('retention of conversations on MariaDB', () => promisesOfRetention(mysqlDb));
describe('retention of accounts on MariaDB', () => promisesOfAccountRetention(mysqlDb));
