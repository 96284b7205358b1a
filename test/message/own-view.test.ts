import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfOwnViews } from './own-view.contract.ts';

describe('own views on SQLite', () => promisesOfOwnViews(sqliteDb));
