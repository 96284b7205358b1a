import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfWhatWaits } from './waiting.contract.ts';
import { promisesOfWaitingLists } from './waiting-list.contract.ts';

describe('what waits on MariaDB', () => promisesOfWhatWaits(mysqlDb));
describe('lists of what waits on MariaDB', () => promisesOfWaitingLists(mysqlDb));
