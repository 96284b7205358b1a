import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfRequestJobs } from './request-jobs.contract.ts';

describe('what requests leave to be done on SQLite', () => promisesOfRequestJobs(sqliteDb));
