import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfBeforeSend } from './before-send.contract.ts';

describe('before something is said, on MariaDB', () => promisesOfBeforeSend(mysqlDb));
