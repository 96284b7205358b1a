import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfSigningInWithTokens } from './token-sign-in.contract.ts';

describe('sign-in with tokens on SQLite', () => promisesOfSigningInWithTokens(sqliteDb));
