import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfPolls } from './poll.contract.ts';
import { promisesOfPollsLives } from './poll-life.contract.ts';
import { promisesOfPollStorms } from './poll-storm.contract.ts';

describe('polls on SQLite', () => promisesOfPolls(sqliteDb));
describe('the life of polls on SQLite', () => promisesOfPollsLives(sqliteDb));
describe('storms of votes on SQLite', () => promisesOfPollStorms(sqliteDb));
