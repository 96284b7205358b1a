import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfFailing } from './failure.contract.ts';

describe('push services that fail, on SQLite', () => promisesOfFailing(sqliteDb));
