import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfAdministration } from './administration.contract.ts';

describe('operators’ acts on users on SQLite', () => promisesOfAdministration(sqliteDb));
