import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfRegistering } from './register.contract.ts';

describe('registering, on SQLite', () => promisesOfRegistering(sqliteDb));
