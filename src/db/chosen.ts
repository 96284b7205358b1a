import { hash } from 'node:crypto';
import type { Db, Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** How a user wishes to be seen, and is. */
export interface ChosenColumns {
  readonly userId: bigint;
  readonly choice: string;
  readonly statusText: string | null;
  readonly statusUntil: Date | null;
  readonly lastSeenAt: Date | null;
  readonly hidesLastSeen: boolean;
  /** Stands for their profile, handle and names and picture what they say about themselves and their data: another where any of it is. */
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

/** How users wish to be seen, in no order; absent: they have an account no more, or never had. */
export async function selectChosen(tx: Tx, userIds: readonly bigint[]): Promise<readonly ChosenColumns[]> {
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

// Of many who are watched only this is kept, not kilobytes of each. Nobody gains by two profiles that look the same to it.
function printOf({ handle, displayName, avatarUrl, bio, data }: Omit<UserRow, 'id' | 'hides'>): string {
  return hash('sha1', JSON.stringify([handle, displayName, avatarUrl, bio, data]), 'base64');
}

/** What a user has chosen. `lastSeenAt`: when they were last online; null leaves that as it is. */
export type ChosenWrite = Omit<ChosenColumns, 'hidesLastSeen' | 'profile'>;

/** Writes what a user has chosen. In one statement: whoever notes when they were last online may make the same row at any moment. */
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
