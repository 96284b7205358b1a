import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfBots } from './bot.contract.ts';

describe('bots on MariaDB', () => promisesOfBots(mysqlDb));
