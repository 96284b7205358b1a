import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfErasing } from './erase.contract.ts';

describe('the erasure of an account on MariaDB', () => promisesOfErasing(mysqlDb));
