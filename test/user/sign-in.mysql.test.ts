import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfSigningIn } from './sign-in.contract.ts';

describe('signing in on MariaDB', () => promisesOfSigningIn(mysqlDb));
