import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfWorkers } from './worker.contract.ts';

describe('the worker on SQLite', () => promisesOfWorkers(sqliteDb));
