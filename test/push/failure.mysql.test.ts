import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfFailing } from './failure.contract.ts';

describe('push services that fail, on MariaDB', () => promisesOfFailing(mysqlDb));
