import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfCommits } from './commit.contract.ts';

describe('commits on SQLite', () => promisesOfCommits(sqliteDb));
