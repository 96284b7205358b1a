import type { Chance } from './chance.ts';

// Each is so small, or so short, that a run of some hundred operations exceeds it, or selects another code path.
const narrow: Readonly<Record<string, string>> = {
  AWAY_SECONDS: '1',
  CACHE_MB: '0',
  CATCH_UPS: '1',
  COMMIT_BATCH: '2',
  CONTACT_REQUEST_DAYS: '1',
  DEVICE_POLICY: 'newest',
  DRAFT_TELL_MS: '0',
  EDIT_WINDOW_SECONDS: '3',
  MAX_ADMINS: '1',
  MAX_ATTACHMENTS: '1',
  MAX_BLOCKS: '1',
  MAX_CONNECTIONS: '6',
  MAX_CONTACT_REQUESTS: '1',
  MAX_DATA_BYTES: '60',
  MAX_DRAFTS: '1',
  MAX_GAP: '5',
  MAX_GROUPS_PER_USER: '20',
  MAX_INVITES: '1',
  MAX_JOIN_REQUESTS: '1',
  MAX_MESSAGE_LENGTH: '40',
  MAX_OPERATIONS_PER_SOCKET: '4',
  MAX_PINS: '1',
  MAX_POSITIONS: '2',
  MAX_REACTIONS: '1',
  MAX_REPLAY: '8',
  MAX_SAVED_MESSAGES: '1',
  MAX_SCHEDULED_MESSAGES: '1',
  MAX_SESSIONS: '2',
  MAX_WATCHED: '2',
  PUSH: 'false',
  RECALL_WINDOW_SECONDS: '0',
  RECEIPT_MEMBERS: '3',
  SEARCHED_MESSAGES: '20',
  TYPING: 'false',
};

/** Returns a random subset of these settings, determined by the seed. */
export function narrowBounds(chance: Chance): Readonly<Record<string, string>> {
  return Object.fromEntries(chance.some(Object.entries(narrow), 0.3));
}
