import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfSavedMessages } from './saved.contract.ts';

describe('saved messages, on SQLite', () => promisesOfSavedMessages(sqliteDb));
