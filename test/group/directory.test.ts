import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfTheDirectory } from './directory.contract.ts';
import { promisesOfTheDirectoryAtEachStep } from './directory-acts.contract.ts';

describe('the directory of groups on SQLite', () => promisesOfTheDirectory(sqliteDb));
describe('the directory of groups while they change, on SQLite', () => promisesOfTheDirectoryAtEachStep(sqliteDb));
