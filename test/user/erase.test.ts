import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfErasing } from './erase.contract.ts';

describe('erasing an account on SQLite', () => promisesOfErasing(sqliteDb));
