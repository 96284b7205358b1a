import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfAdministration } from './administration.contract.ts';

describe('what operators do to users on MariaDB', () => promisesOfAdministration(mysqlDb));
