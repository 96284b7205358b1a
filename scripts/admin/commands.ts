import { auditCommands } from './audit.ts';
import { botsCommands } from './bots.ts';
import type { Commands } from './command.ts';
import { groupsCommands } from './groups.ts';
import { importCommands } from './import.ts';
import { jobsCommands } from './jobs.ts';
import { moderationCommands } from './moderation.ts';
import { nodesCommands } from './nodes.ts';
import { noticesCommands } from './notices.ts';
import { peopleCommands } from './people.ts';
import { settingsCommands } from './settings.ts';
import { transferCommands } from './transfer.ts';
import { usersCommands } from './users.ts';
import { webhooksCommands } from './webhooks.ts';
import { wordsCommands } from './words.ts';

/** All commands. */
export const commands: Commands = {
  ...settingsCommands,
  ...peopleCommands,
  ...usersCommands,
  ...botsCommands,
  ...groupsCommands,
  ...nodesCommands,
  ...noticesCommands,
  ...jobsCommands,
  ...webhooksCommands,
  ...moderationCommands,
  ...wordsCommands,
  ...importCommands,
  ...transferCommands,
  ...auditCommands,
};
