import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfRequestJobs } from './request-jobs.contract.ts';

describe('jobs of contact requests on MariaDB', () => promisesOfRequestJobs(mysqlDb));
