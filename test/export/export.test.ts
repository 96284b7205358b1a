import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfExports } from './export.contract.ts';

describe('exports on SQLite', () => promisesOfExports(sqliteDb));
