import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfPolls } from './poll.contract.ts';
import { promisesOfPollsLives } from './poll-life.contract.ts';
import { promisesOfPollStorms } from './poll-storm.contract.ts';

describe('polls on MariaDB', () => promisesOfPolls(mysqlDb));
describe('the life of polls on MariaDB', () => promisesOfPollsLives(mysqlDb));
describe('storms of votes on MariaDB', () => promisesOfPollStorms(mysqlDb));
