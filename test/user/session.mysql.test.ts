import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfSessions } from './session.contract.ts';

describe('sessions on MariaDB', () => promisesOfSessions(mysqlDb));
