import { selectChosen, type Tx } from '../db/index.ts';
import type { Chosen, Presence, PresenceChoice, PresenceStatus } from './presence.ts';
import type { ConnectionSummary } from './roster.ts';

/** What the database knows about how others see a user. */
export interface ChosenRow extends Chosen {
  readonly lastSeenAt: Date | null;
  readonly hidesLastSeen: boolean;
  readonly profile: string;
}

// An erased account's sockets are closed, but its devices stay on the roster for their grace. A user who was invisible must not become
// visible during that time.
const nobody: ChosenRow = { choice: 'INVISIBLE', statusText: null, statusUntil: null, lastSeenAt: null, hidesLastSeen: true, profile: '' };

/**
 * Reads how others may see each user, in the order asked for. Users who have chosen nothing get the defaults. Erased or unknown accounts
 * read as invisible.
 */
export async function readChosen(tx: Tx, userIds: readonly bigint[]): Promise<readonly ChosenRow[]> {
  return (await readAccounts(tx, userIds)).map((row) => row ?? nobody);
}

/** Reads the same rows as `readChosen`, but null for an account that does not exist or has been erased. */
export async function readAccounts(tx: Tx, userIds: readonly bigint[]): Promise<readonly (ChosenRow | null)[]> {
  const rows = await selectChosen(tx, userIds);
  const found = new Map(rows.map(({ userId, choice, ...row }) => [userId, { ...row, choice: choice as PresenceChoice }]));
  return userIds.map((userId) => found.get(userId) ?? null);
}

/** Returns the user's choice at the time `now`: without the status text if its end time has passed. */
export function chosenAt({ choice, statusText, statusUntil }: Chosen, now: Date): Chosen {
  const isOver = statusUntil !== null && statusUntil <= now;
  return isOver ? { choice, statusText: null, statusUntil: null } : { choice, statusText, statusUntil };
}

/** Returns how others see a user. An invisible user is OFFLINE, and `lastSeenAt` stays as it was when they became invisible. */
export function seenAs(userId: bigint, { devices, idle }: ConnectionSummary, row: ChosenRow, now: Date): Presence {
  const { statusText } = chosenAt(row, now);
  const status = statusOf(row.choice, { devices, idle });
  const isOffline = status === 'OFFLINE';
  return {
    userId,
    status,
    statusText,
    devices: isOffline ? 0 : devices,
    lastSeenAt: isOffline && !row.hidesLastSeen ? row.lastSeenAt : null,
    profile: row.profile,
  };
}

function statusOf(choice: PresenceChoice, { devices, idle }: ConnectionSummary): PresenceStatus {
  if (devices === 0 || choice === 'INVISIBLE') return 'OFFLINE';
  return choice === 'ONLINE' && idle ? 'AWAY' : choice;
}

/** Returns how a user is seen by somebody who may not see more: as offline, without a last-seen time. */
export function veiled(userId: bigint): Presence {
  return { userId, status: 'OFFLINE', statusText: null, devices: 0, lastSeenAt: null, profile: '' };
}
