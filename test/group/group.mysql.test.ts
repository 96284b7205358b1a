import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfDirectConversations } from './direct.contract.ts';
import { promisesOfGroups } from './group.contract.ts';
import { promisesOfGroupLists } from './list.contract.ts';
import { promisesOfOperatedGroups } from './operated.contract.ts';

describe('direct conversations on MariaDB', () => promisesOfDirectConversations(mysqlDb));
describe('groups on MariaDB', () => promisesOfGroups(mysqlDb));
describe('lists of conversations on MariaDB', () => promisesOfGroupLists(mysqlDb));
describe('operators’ acts on groups, on MariaDB', () => promisesOfOperatedGroups(mysqlDb));
