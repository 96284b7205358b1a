import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfDrafts } from './draft.contract.ts';

describe('drafts, on MariaDB', () => promisesOfDrafts(mysqlDb));
