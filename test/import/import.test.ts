import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfImports } from './import.contract.ts';
import { promisesOfImportsBeside } from './import-beside.contract.ts';
import { promisesOfFaults } from './import-faults.contract.ts';

describe('imports, on SQLite', () => promisesOfImports(sqliteDb));
describe('imports while users send messages, on SQLite', () => promisesOfImportsBeside(sqliteDb));
describe('faults of imports, on SQLite', () => promisesOfFaults(sqliteDb));
