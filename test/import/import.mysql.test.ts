import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfImports } from './import.contract.ts';
import { promisesOfImportsBeside } from './import-beside.contract.ts';
import { promisesOfFaults } from './import-faults.contract.ts';

describe('imports, on MariaDB', () => promisesOfImports(mysqlDb));
describe('imports while users send messages, on MariaDB', () => promisesOfImportsBeside(mysqlDb));
describe('faults of imports, on MariaDB', () => promisesOfFaults(mysqlDb));
