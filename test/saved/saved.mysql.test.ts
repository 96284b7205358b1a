import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfSavedMessages } from './saved.contract.ts';

describe('saved messages, on MariaDB', () => promisesOfSavedMessages(mysqlDb));
