import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfBans } from './ban.contract.ts';
import { promisesOfDissolving } from './dissolve.contract.ts';
import { promisesOfOwnParts } from './member-settings.contract.ts';
import { promisesOfRoles } from './role.contract.ts';
import { promisesOfSpeaking } from './speaking.contract.ts';

describe('roles on SQLite', () => promisesOfRoles(sqliteDb));
describe('bans on SQLite', () => promisesOfBans(sqliteDb));
describe('posting rules on SQLite', () => promisesOfSpeaking(sqliteDb));
describe('members’ own settings on SQLite', () => promisesOfOwnParts(sqliteDb));
describe('dissolving on SQLite', () => promisesOfDissolving(sqliteDb));
