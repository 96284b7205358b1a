import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfContactRaces } from './contact-races.contract.ts';

describe('contacts on two nodes on MariaDB', () => promisesOfContactRaces(mysqlDb));
