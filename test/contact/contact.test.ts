import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfContacts } from './contact.contract.ts';

describe('contacts on SQLite', () => promisesOfContacts(sqliteDb));
