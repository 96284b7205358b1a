import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfWebhooks } from './webhook.contract.ts';

describe('webhooks on SQLite', () => promisesOfWebhooks(sqliteDb));
