import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfNotices } from './notice.contract.ts';

describe('notices on SQLite', () => promisesOfNotices(sqliteDb));
