import { describe } from 'vitest';
import { sqliteDb } from '../support/db.ts';
import { promisesOfScheduledMessages } from './scheduled.contract.ts';
import { promisesOfScheduledAsked } from './scheduled-asked.contract.ts';
import { promisesOfScheduledPolls } from './scheduled-poll.contract.ts';
import { promisesOfScheduledRaces } from './scheduled-race.contract.ts';

describe('scheduled messages, on SQLite', () => {
  promisesOfScheduledMessages(sqliteDb);
  promisesOfScheduledAsked(sqliteDb);
  promisesOfScheduledPolls(sqliteDb);
  promisesOfScheduledRaces(sqliteDb);
});
