import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfInvites } from './invite.contract.ts';
import { promisesOfJoining } from './join.contract.ts';
import { promisesOfThePast } from './newcomer.contract.ts';

describe('joining on MariaDB', () => promisesOfJoining(mysqlDb));
describe('an invitation on MariaDB', () => promisesOfInvites(mysqlDb));
describe('the past of a group on MariaDB', () => promisesOfThePast(mysqlDb));
