import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfSettings } from './settings.contract.ts';

describe('settings on SQLite', () => promisesOfSettings(sqliteDb));
