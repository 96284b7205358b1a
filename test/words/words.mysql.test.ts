import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfBlockedWords } from './words.contract.ts';

describe('blocked words on MariaDB', () => promisesOfBlockedWords(mysqlDb));
