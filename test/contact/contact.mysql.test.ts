import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfContacts } from './contact.contract.ts';

describe('contacts on MariaDB', () => promisesOfContacts(mysqlDb));
