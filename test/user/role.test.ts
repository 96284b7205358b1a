import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfRoles } from './role.contract.ts';

describe('roles on SQLite', () => promisesOfRoles(sqliteDb));
