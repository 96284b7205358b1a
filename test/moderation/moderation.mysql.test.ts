import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfModeration } from './moderation.contract.ts';

describe('moderation on MariaDB', () => promisesOfModeration(mysqlDb));
