import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfPushBesideImports } from './beside-import.contract.ts';

describe('push beside imports on SQLite', () => promisesOfPushBesideImports(sqliteDb));
