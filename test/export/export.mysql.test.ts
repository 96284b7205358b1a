import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfExports } from './export.contract.ts';

describe('exports on MariaDB', () => promisesOfExports(mysqlDb));
