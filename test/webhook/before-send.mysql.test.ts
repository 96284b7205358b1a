import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfBeforeSend } from './before-send.contract.ts';

describe('the app asked before a message is stored, on MariaDB', () => promisesOfBeforeSend(mysqlDb));
