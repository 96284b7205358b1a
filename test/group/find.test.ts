import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfFinding } from './find.contract.ts';

describe('finding conversations and members on SQLite', () => promisesOfFinding(sqliteDb));
