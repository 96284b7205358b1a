import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfSigningIn } from './sign-in.contract.ts';

describe('sign-up and sign-in on MariaDB', () => promisesOfSigningIn(mysqlDb));
