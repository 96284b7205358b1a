import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfAudit } from './audit.contract.ts';

describe('the audit on SQLite', () => promisesOfAudit(sqliteDb));
