import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfAccountRetention } from './account.contract.ts';
import { promisesOfRetention } from './retention.contract.ts';

describe('what is kept for a time on MariaDB', () => promisesOfRetention(mysqlDb));
describe('what accounts keep for a time on MariaDB', () => promisesOfAccountRetention(mysqlDb));
