import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfPush } from './push.contract.ts';

describe('push on SQLite', () => promisesOfPush(sqliteDb));
