import { describe } from 'vitest';
import { freshSqlite } from './fresh.ts';
import { statementsContract } from './statements.contract.ts';

describe('on SQLite', () => statementsContract(freshSqlite));
