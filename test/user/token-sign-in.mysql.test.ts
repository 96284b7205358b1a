import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfSigningInWithTokens } from './token-sign-in.contract.ts';

describe('sign-in with tokens on MariaDB', () => promisesOfSigningInWithTokens(mysqlDb));
