import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfScheduledMessages } from './scheduled.contract.ts';
import { promisesOfScheduledAsked } from './scheduled-asked.contract.ts';
import { promisesOfScheduledPolls } from './scheduled-poll.contract.ts';
import { promisesOfScheduledRaces } from './scheduled-race.contract.ts';

describe('scheduled messages, on MariaDB', () => {
  promisesOfScheduledMessages(mysqlDb);
  promisesOfScheduledAsked(mysqlDb);
  promisesOfScheduledPolls(mysqlDb);
  promisesOfScheduledRaces(mysqlDb);
});
