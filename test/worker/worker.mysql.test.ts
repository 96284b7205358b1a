import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfWorkers } from './worker.contract.ts';

describe('the worker on MariaDB', () => promisesOfWorkers(mysqlDb));
