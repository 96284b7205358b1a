import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfPins } from './pin.contract.ts';

describe('pins on SQLite', () => promisesOfPins(sqliteDb));
