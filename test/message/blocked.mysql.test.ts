import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfReaching } from './blocked.contract.ts';

describe('who may write to whom on MariaDB', () => promisesOfReaching(mysqlDb));
