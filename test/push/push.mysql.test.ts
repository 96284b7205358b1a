import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfPush } from './push.contract.ts';

describe('push on MariaDB', () => promisesOfPush(mysqlDb));
