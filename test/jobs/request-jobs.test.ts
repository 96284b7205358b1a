import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfRequestJobs } from './request-jobs.contract.ts';

describe('jobs of contact requests on SQLite', () => promisesOfRequestJobs(sqliteDb));
