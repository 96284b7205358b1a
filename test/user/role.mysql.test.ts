import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfRoles } from './role.contract.ts';

describe('roles on MariaDB', () => promisesOfRoles(mysqlDb));
