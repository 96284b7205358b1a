import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfOtherProfiles } from './other-profile.contract.ts';

describe('what operators change of a profile on SQLite', () => promisesOfOtherProfiles(sqliteDb));
