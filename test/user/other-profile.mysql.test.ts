import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfOtherProfiles } from './other-profile.contract.ts';

describe('what operators change of a profile on MariaDB', () => promisesOfOtherProfiles(mysqlDb));
