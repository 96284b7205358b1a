import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfSearch } from './search.contract.ts';

describe('search on MariaDB', () => promisesOfSearch(mysqlDb));
