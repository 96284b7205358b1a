import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfWebhooks } from './webhook.contract.ts';

describe('webhooks on MariaDB', () => promisesOfWebhooks(mysqlDb));
