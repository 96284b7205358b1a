import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfRequestJobs } from './request-jobs.contract.ts';

describe('what requests leave to be done on MariaDB', () => promisesOfRequestJobs(mysqlDb));
