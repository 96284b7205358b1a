import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfWhatWaits } from './waiting.contract.ts';
import { promisesOfWaitingLists } from './waiting-list.contract.ts';

describe('what waits on SQLite', () => promisesOfWhatWaits(sqliteDb));
describe('lists of what waits on SQLite', () => promisesOfWaitingLists(sqliteDb));
