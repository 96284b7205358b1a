import { selectChosen, type Tx } from '../db/index.ts';
import type { Chosen, Presence, PresenceChoice, PresenceStatus } from './presence.ts';
import type { Standing } from './roster.ts';

/** What the database has of how somebody is seen. */
export interface ChosenRow extends Chosen {
  readonly lastSeenAt: Date | null;
  readonly hidesLastSeen: boolean;
  readonly profile: string;
}

// Their sockets are closed, but a device counts for its grace: who was invisible must not be seen by that.
const nobody: ChosenRow = { choice: 'INVISIBLE', statusText: null, statusUntil: null, lastSeenAt: null, hidesLastSeen: true, profile: '' };

/** How users are to be seen, in the order asked for; of who has chosen nothing, as everybody begins; who has no account any more is not to be seen. */
export async function readChosen(tx: Tx, userIds: readonly bigint[]): Promise<readonly ChosenRow[]> {
  return (await readAccounts(tx, userIds)).map((row) => row ?? nobody);
}

/** As `readChosen`, but null where there is no account, or none any more. */
export async function readAccounts(tx: Tx, userIds: readonly bigint[]): Promise<readonly (ChosenRow | null)[]> {
  const rows = await selectChosen(tx, userIds);
  const found = new Map(rows.map(({ userId, choice, ...row }) => [userId, { ...row, choice: choice as PresenceChoice }]));
  return userIds.map((userId) => found.get(userId) ?? null);
}

/** What the user has chosen, at a time. */
export function chosenAt({ choice, statusText, statusUntil }: Chosen, now: Date): Chosen {
  const isOver = statusUntil !== null && statusUntil <= now;
  return isOver ? { choice, statusText: null, statusUntil: null } : { choice, statusText, statusUntil };
}

/** How others see a user. Of who is invisible they see what they saw when that began. */
export function seenAs(userId: bigint, { devices, idle }: Standing, row: ChosenRow, now: Date): Presence {
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

function statusOf(choice: PresenceChoice, { devices, idle }: Standing): PresenceStatus {
  if (devices === 0 || choice === 'INVISIBLE') return 'OFFLINE';
  return choice === 'ONLINE' && idle ? 'AWAY' : choice;
}

/** How a user is seen by who may not see more. */
export function veiled(userId: bigint): Presence {
  return { userId, status: 'OFFLINE', statusText: null, devices: 0, lastSeenAt: null, profile: '' };
}
