import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfDrafts } from './draft.contract.ts';

describe('drafts, on SQLite', () => promisesOfDrafts(sqliteDb));
