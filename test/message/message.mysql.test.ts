import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfHints } from './along.contract.ts';
import { promisesOfForwarding } from './forward.contract.ts';
import { promisesOfHistory } from './history.contract.ts';
import { promisesOfMarkers } from './marker.contract.ts';
import { promisesOfMentions } from './mention.contract.ts';
import { promisesOfSending } from './send.contract.ts';
import { promisesOfThreads } from './thread.contract.ts';
import { promisesOfUnreadCounts } from './unread.contract.ts';

describe('sending on MariaDB', () => promisesOfSending(mysqlDb));
describe('mentions on MariaDB', () => promisesOfMentions(mysqlDb));
describe('threads on MariaDB', () => promisesOfThreads(mysqlDb));
describe('forwarding on MariaDB', () => promisesOfForwarding(mysqlDb));
describe('hints of messages on MariaDB', () => promisesOfHints(mysqlDb));
describe('markers on MariaDB', () => promisesOfMarkers(mysqlDb));
describe('history on MariaDB', () => promisesOfHistory(mysqlDb));
describe('unread counts on MariaDB', () => promisesOfUnreadCounts(mysqlDb));
