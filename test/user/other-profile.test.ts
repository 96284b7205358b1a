import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfOtherProfiles } from './other-profile.contract.ts';

describe('a change of a profile by operators on SQLite', () => promisesOfOtherProfiles(sqliteDb));
