import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfBeforeSend } from './before-send.contract.ts';

describe('before something is said, on SQLite', () => promisesOfBeforeSend(sqliteDb));
