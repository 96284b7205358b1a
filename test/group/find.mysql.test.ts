import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfFinding } from './find.contract.ts';

describe('finding conversations and members on MariaDB', () => promisesOfFinding(mysqlDb));
