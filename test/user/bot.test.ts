import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfBots } from './bot.contract.ts';

describe('bots on SQLite', () => promisesOfBots(sqliteDb));
