import { hash } from 'node:crypto';
import type { Db, Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** A user's chosen presence and status, when they were last online, and a hash of their profile. */
export interface PresenceColumns {
  readonly userId: bigint;
  readonly choice: string;
  readonly statusText: string | null;
  readonly statusUntil: Date | null;
  readonly lastSeenAt: Date | null;
  readonly hidesLastSeen: boolean;
  /** Hash of handle, display name, picture, bio and data. A change of any of them changes the hash. */
  readonly profile: string;
}

interface UserRow {
  readonly id: bigint | number;
  readonly hides: number | boolean;
  readonly handle: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly bio: string | null;
  readonly data: string | null;
}

/** Reads how users have chosen to appear, in no order. Users whose account is erased or never existed are absent. */
export async function selectChosen(tx: Tx, userIds: readonly bigint[]): Promise<readonly PresenceColumns[]> {
  const [users, presences] = await Promise.all([
    inPieces(userIds, (piece) =>
      tx.$queryRaw<UserRow[]>(
        sql`SELECT id, hidesLastSeen AS hides, handle, displayName, avatarUrl, bio, data FROM User WHERE id IN (${join([...piece])}) AND state = 'ACTIVE'`,
      ),
    ),
    inPieces(userIds, (piece) => tx.presence.findMany({ where: { userId: { in: [...piece] } } })),
  ]);
  const found = new Map(presences.map((row) => [row.userId, row]));
  return users.map(({ id, hides, ...profile }) => {
    const { choice = 'ONLINE', statusText = null, statusUntil = null, lastSeenAt = null } = found.get(BigInt(id)) ?? {};
    return { userId: BigInt(id), choice, statusText, statusUntil, lastSeenAt, hidesLastSeen: Boolean(hides), profile: printOf(profile) };
  });
}

// Kept for many watched users, instead of kilobytes of profile for each. SHA-1 suffices: nobody gains from two profiles with the same hash.
function printOf({ handle, displayName, avatarUrl, bio, data }: Omit<UserRow, 'id' | 'hides'>): string {
  return hash('sha1', JSON.stringify([handle, displayName, avatarUrl, bio, data]), 'base64');
}

/** What a user has chosen. `lastSeenAt` is when they were last online; null leaves the stored time as it is. */
export type ChosenWrite = Omit<PresenceColumns, 'hidesLastSeen' | 'profile'>;

/** Writes what a user has chosen. One statement, because `raiseLastSeen` may insert the same row at any moment. */
export async function writeChosen(
  { dialect }: Pick<Db, 'dialect'>,
  tx: Tx,
  { userId, choice, statusText, statusUntil, lastSeenAt }: ChosenWrite,
): Promise<void> {
  const insert = sql`INSERT INTO Presence (userId, choice, statusText, statusUntil, lastSeenAt)
    VALUES (${userId}, ${choice}, ${statusText}, ${statusUntil}, ${lastSeenAt})`;
  await tx.$executeRaw(
    dialect === 'sqlite'
      ? sql`${insert} ON CONFLICT (userId) DO UPDATE SET choice = excluded.choice, statusText = excluded.statusText,
          statusUntil = excluded.statusUntil, lastSeenAt = COALESCE(excluded.lastSeenAt, Presence.lastSeenAt)`
      : sql`${insert} ON DUPLICATE KEY UPDATE choice = VALUES(choice), statusText = VALUES(statusText),
          statusUntil = VALUES(statusUntil), lastSeenAt = COALESCE(VALUES(lastSeenAt), lastSeenAt)`,
  );
}
