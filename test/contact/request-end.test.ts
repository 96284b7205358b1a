import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfRequestEnds } from './request-end.contract.ts';

describe('expiry of contact requests on SQLite', () => promisesOfRequestEnds(sqliteDb));
