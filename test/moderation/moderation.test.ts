import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfModeration } from './moderation.contract.ts';

describe('moderation on SQLite', () => promisesOfModeration(sqliteDb));
