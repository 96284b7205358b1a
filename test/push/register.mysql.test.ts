import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfRegistering } from './register.contract.ts';

describe('registering, on MariaDB', () => promisesOfRegistering(mysqlDb));
