import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfBlockedWords } from './words.contract.ts';

describe('blocked words on SQLite', () => promisesOfBlockedWords(sqliteDb));
