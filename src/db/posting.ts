import type { Db, Tx } from './db.ts';
import type { HeldUser } from './hold-users.ts';
import { type Found, joinedNames, joinedRow, type Rows, selectRows } from './select.ts';
import { sql } from './sql.ts';

/** Who says something where, and under which name. */
export interface PostingName {
  readonly conversationId: bigint;
  readonly senderId: bigint;
  readonly clientMessageId: string;
}

/** All that a message is decided by, as the rows tell it. */
export interface PostingRows {
  /** What the sender has stored under that name. */
  readonly known: Rows['Message'] | null;
  readonly access: Rows['Membership'] | null;
  readonly row: Rows['Conversation'] | null;
  /** They do not change until the transaction ends: see holdUsers. */
  readonly sender: HeldUser | null;
}

/**
 * What one message is decided by, in one statement where four would do it too: sent one at a time, messages cost as many round trips as there are
 * statements. Each table is entered by a unique key.
 */
export async function selectPosting(
  { dialect }: Pick<Db, 'dialect'>,
  tx: Tx,
  { conversationId, senderId, clientMessageId }: PostingName,
): Promise<PostingRows> {
  // Only the user's row is locked, and only for others who write it.
  const held = dialect === 'sqlite' ? sql`` : sql`LOCK IN SHARE MODE`;
  const [found = {}] = await tx.$queryRaw<Found[]>(sql`
    SELECT k.seq AS k_seq, ${joinedNames('Membership', 'm')}, ${joinedNames('Conversation', 'c')},
      u.id AS u_id, u.handle AS u_handle, u.displayName AS u_displayName, u.avatarUrl AS u_avatarUrl, u.bio AS u_bio, u.createdAt AS u_createdAt,
      u.suspendedUntil AS u_suspendedUntil
    FROM (SELECT 1 AS one) AS v
    LEFT JOIN Message k ON k.senderId = ${senderId} AND k.clientMessageId = ${clientMessageId}
    LEFT JOIN Membership m ON m.conversationId = ${conversationId} AND m.userId = ${senderId}
    LEFT JOIN Conversation c ON c.id = ${conversationId}
    LEFT JOIN (SELECT id, handle, displayName, avatarUrl, bio, createdAt, suspendedUntil FROM User WHERE id = ${senderId} ${held}) AS u ON u.id = ${senderId}`);
  // Hardly ever is something found: its columns would cost every message.
  const isKnown = (found['k_seq'] ?? null) !== null;
  const [known = null] = isKnown
    ? await selectRows(tx, 'Message', sql`senderId = ${senderId} AND clientMessageId = ${clientMessageId}`)
    : [];
  return {
    known,
    access: joinedRow('Membership', found, { letter: 'm', key: 'userId' }),
    row: joinedRow('Conversation', found, { letter: 'c', key: 'id' }),
    sender: senderIn(found),
  };
}

function senderIn({
  u_id: id,
  u_handle: handle,
  u_displayName: displayName,
  u_avatarUrl: avatarUrl,
  u_bio: bio,
  u_createdAt: createdAt,
  u_suspendedUntil: suspendedUntil,
}: Found) {
  if (id === null) return null;
  return {
    id: BigInt(id as bigint),
    handle,
    displayName,
    avatarUrl,
    bio,
    createdAt: timeOf(createdAt),
    suspendedUntil: suspendedUntil === null ? null : timeOf(suspendedUntil),
  } as HeldUser;
}

function timeOf(value: unknown): Date {
  return value instanceof Date ? value : new Date(String(value));
}
