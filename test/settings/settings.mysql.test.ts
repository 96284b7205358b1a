import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfSettings } from './settings.contract.ts';

describe('settings on MariaDB', () => promisesOfSettings(mysqlDb));
