import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfPolls } from './poll.contract.ts';
import { promisesOfPollsLives } from './poll-life.contract.ts';

describe('polls on MariaDB', () => promisesOfPolls(mysqlDb));
describe('what becomes of polls on MariaDB', () => promisesOfPollsLives(mysqlDb));
