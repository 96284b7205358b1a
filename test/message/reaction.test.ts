import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfReactions } from './reaction.contract.ts';

describe('reactions on SQLite', () => promisesOfReactions(sqliteDb));
