import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfSigningIn } from './sign-in.contract.ts';

describe('sign-up and sign-in on SQLite', () => promisesOfSigningIn(sqliteDb));
