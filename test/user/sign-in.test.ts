import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfSigningIn } from './sign-in.contract.ts';

describe('signing in on SQLite', () => promisesOfSigningIn(sqliteDb));
