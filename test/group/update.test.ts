import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfGroupChanges } from './update.contract.ts';

describe('changing groups on SQLite', () => promisesOfGroupChanges(sqliteDb));
