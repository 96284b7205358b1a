import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfSessions } from './session.contract.ts';

describe('sessions on SQLite', () => promisesOfSessions(sqliteDb));
