import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfRequestEnds } from './request-end.contract.ts';

describe('ends of requests on SQLite', () => promisesOfRequestEnds(sqliteDb));
