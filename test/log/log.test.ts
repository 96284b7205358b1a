import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfTheLog } from './log.contract.ts';

describe('the log on SQLite', () => promisesOfTheLog(sqliteDb));
