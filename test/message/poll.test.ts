import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfPolls } from './poll.contract.ts';
import { promisesOfPollsLives } from './poll-life.contract.ts';

describe('polls on SQLite', () => promisesOfPolls(sqliteDb));
describe('what becomes of polls on SQLite', () => promisesOfPollsLives(sqliteDb));
