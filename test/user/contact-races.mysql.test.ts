import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfContactRaces } from './contact-races.contract.ts';

describe('contacts of two nodes on MariaDB', () => promisesOfContactRaces(mysqlDb));
