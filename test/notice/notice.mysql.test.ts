import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfNotices } from './notice.contract.ts';

describe('notices on MariaDB', () => promisesOfNotices(mysqlDb));
