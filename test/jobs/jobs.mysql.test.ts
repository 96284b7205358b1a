import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfJobs } from './jobs.contract.ts';

describe('jobs on MariaDB', () => promisesOfJobs(mysqlDb));
