import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfMarksAtOnce } from './mark-queue.contract.ts';

describe('on SQLite', () => promisesOfMarksAtOnce(sqliteDb));
