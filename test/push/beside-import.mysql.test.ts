import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfPushBesideImports } from './beside-import.contract.ts';

describe('push beside imports on MariaDB', () => promisesOfPushBesideImports(mysqlDb));
