import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfRequestEnds } from './request-end.contract.ts';

describe('expiry of contact requests on MariaDB', () => promisesOfRequestEnds(mysqlDb));
