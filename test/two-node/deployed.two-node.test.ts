import { describe } from 'vitest';
import { accessEnds } from './deployed/access.ts';
import { usersAreBlocked } from './deployed/block.ts';
import { noticesArrive } from './deployed/notice.ts';
import { sessionsEnd } from './deployed/session.ts';
import { usersAreSuspended } from './deployed/suspension.ts';
import { deployment } from './deployment.ts';

// They share one deployment: to start three nodes, and to warm them up, costs more than most of these tests.
const deployed = deployment({
  MAX_SESSIONS: '2',
  // Nobody's typing ends only because the machine is busy.
  TYPING_MS: '60000',
  JOB_POLL_MS: '200',
});

describe('access', () => accessEnds(deployed));
describe('sessions', () => sessionsEnd(deployed));
describe('suspensions', () => usersAreSuspended(deployed));
describe('blocks', () => usersAreBlocked(deployed));
// The last, because it kills a node.
describe('notices', () => noticesArrive(deployed));
