import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfTheLog } from './log.contract.ts';

describe('the log on MariaDB', () => promisesOfTheLog(mysqlDb));
