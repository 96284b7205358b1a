import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfHints } from './along.contract.ts';
import { promisesOfForwarding } from './forward.contract.ts';
import { promisesOfHistory } from './history.contract.ts';
import { promisesOfMarkers } from './marker.contract.ts';
import { promisesOfMentions } from './mention.contract.ts';
import { promisesOfSending } from './send.contract.ts';
import { promisesOfThreads } from './thread.contract.ts';
import { promisesOfUnreadCounts } from './unread.contract.ts';

describe('sending on SQLite', () => promisesOfSending(sqliteDb));
describe('mentions on SQLite', () => promisesOfMentions(sqliteDb));
describe('threads on SQLite', () => promisesOfThreads(sqliteDb));
describe('forwarding on SQLite', () => promisesOfForwarding(sqliteDb));
describe('hints of messages on SQLite', () => promisesOfHints(sqliteDb));
describe('markers on SQLite', () => promisesOfMarkers(sqliteDb));
describe('history on SQLite', () => promisesOfHistory(sqliteDb));
describe('unread counts on SQLite', () => promisesOfUnreadCounts(sqliteDb));
