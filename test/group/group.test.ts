import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfDirectConversations } from './direct.contract.ts';
import { promisesOfGroups } from './group.contract.ts';
import { promisesOfGroupLists } from './list.contract.ts';
import { promisesOfOperatedGroups } from './operated.contract.ts';

describe('direct conversations on SQLite', () => promisesOfDirectConversations(sqliteDb));
describe('groups on SQLite', () => promisesOfGroups(sqliteDb));
describe('lists of conversations on SQLite', () => promisesOfGroupLists(sqliteDb));
describe('operators’ acts on groups, on SQLite', () => promisesOfOperatedGroups(sqliteDb));
