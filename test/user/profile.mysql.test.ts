import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfProfiles } from './profile.contract.ts';

describe('profiles on MariaDB', () => promisesOfProfiles(mysqlDb));
