import { describe } from 'vitest';
import { dbContract } from './contract.ts';
import { freshSqlite } from './fresh.ts';

describe('a Db on SQLite', () => dbContract(freshSqlite));
