import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfInvites } from './invite.contract.ts';
import { promisesOfJoining } from './join.contract.ts';
import { promisesOfThePast } from './newcomer.contract.ts';

describe('joining on SQLite', () => promisesOfJoining(sqliteDb));
describe('invites on SQLite', () => promisesOfInvites(sqliteDb));
describe('the history of a group on SQLite', () => promisesOfThePast(sqliteDb));
