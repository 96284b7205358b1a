import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfOwnViews } from './own-view.contract.ts';

describe('own views on MariaDB', () => promisesOfOwnViews(mysqlDb));
