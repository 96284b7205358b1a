import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfCommits } from './commit.contract.ts';

describe('commits on MariaDB', () => promisesOfCommits(mysqlDb));
