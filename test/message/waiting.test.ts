import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfWhatWaits } from './waiting.contract.ts';

describe('what waits on SQLite', () => promisesOfWhatWaits(sqliteDb));
