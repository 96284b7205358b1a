import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfContactRaces } from './contact-races.contract.ts';

describe('contacts on two nodes on SQLite', () => promisesOfContactRaces(sqliteDb));
