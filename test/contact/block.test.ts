import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfBlocks } from './block.contract.ts';

describe('blocks on SQLite', () => promisesOfBlocks(sqliteDb));
