import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfReaching } from './blocked.contract.ts';

describe('who may write to whom on SQLite', () => promisesOfReaching(sqliteDb));
