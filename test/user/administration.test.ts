import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfAdministration } from './administration.contract.ts';

describe('what operators do to users on SQLite', () => promisesOfAdministration(sqliteDb));
