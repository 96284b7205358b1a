import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfJobs } from './jobs.contract.ts';

describe('jobs on SQLite', () => promisesOfJobs(sqliteDb));
