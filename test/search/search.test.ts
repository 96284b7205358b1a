import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfSearch } from './search.contract.ts';

describe('search on SQLite', () => promisesOfSearch(sqliteDb));
