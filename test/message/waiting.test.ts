import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfWhatWaits } from './waiting.contract.ts';
import { promisesOfWaitingLists } from './waiting-list.contract.ts';

describe('unread mentions and replies on SQLite', () => promisesOfWhatWaits(sqliteDb));
describe('lists of unread mentions and replies on SQLite', () => promisesOfWaitingLists(sqliteDb));
