import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfWhatWaits } from './waiting.contract.ts';
import { promisesOfWaitingLists } from './waiting-list.contract.ts';

describe('unread mentions and replies on MariaDB', () => promisesOfWhatWaits(mysqlDb));
describe('lists of unread mentions and replies on MariaDB', () => promisesOfWaitingLists(mysqlDb));
