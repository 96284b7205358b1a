import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfProfiles } from './profile.contract.ts';

describe('profiles on SQLite', () => promisesOfProfiles(sqliteDb));
