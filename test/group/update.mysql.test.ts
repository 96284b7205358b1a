import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfGroupChanges } from './update.contract.ts';

describe('changing groups on MariaDB', () => promisesOfGroupChanges(mysqlDb));
