import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfErasing } from './erase.contract.ts';

describe('the erasure of an account on SQLite', () => promisesOfErasing(sqliteDb));
