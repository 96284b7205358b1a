import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfInvites } from './invite.contract.ts';
import { promisesOfJoining } from './join.contract.ts';
import { promisesOfThePast } from './newcomer.contract.ts';

describe('joining on MariaDB', () => promisesOfJoining(mysqlDb));
describe('invites on MariaDB', () => promisesOfInvites(mysqlDb));
describe('the history of a group on MariaDB', () => promisesOfThePast(mysqlDb));
