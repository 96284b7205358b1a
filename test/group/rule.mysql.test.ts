import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfBans } from './ban.contract.ts';
import { promisesOfDissolving } from './dissolve.contract.ts';
import { promisesOfOwnParts } from './member-settings.contract.ts';
import { promisesOfRoles } from './role.contract.ts';
import { promisesOfSpeaking } from './speaking.contract.ts';

describe('roles on MariaDB', () => promisesOfRoles(mysqlDb));
describe('bans on MariaDB', () => promisesOfBans(mysqlDb));
describe('posting rules on MariaDB', () => promisesOfSpeaking(mysqlDb));
describe('members’ own settings on MariaDB', () => promisesOfOwnParts(mysqlDb));
describe('dissolving on MariaDB', () => promisesOfDissolving(mysqlDb));
