import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfTheDirectory } from './directory.contract.ts';
import { promisesOfTheDirectoryAtEachStep } from './directory-acts.contract.ts';

describe('the directory of groups on MariaDB', () => promisesOfTheDirectory(mysqlDb));
describe('the directory of groups while they change, on MariaDB', () => promisesOfTheDirectoryAtEachStep(mysqlDb));
