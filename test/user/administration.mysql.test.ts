import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfAdministration } from './administration.contract.ts';

describe('operators’ acts on users on MariaDB', () => promisesOfAdministration(mysqlDb));
