import { byKey, inPieces, join, type StreamRow, selectRows, sql, type Tx } from '../db/index.ts';
import type { LeaveReason } from '../log/index.ts';
import type {
  Conversation,
  GroupHistory,
  GroupPolicy,
  JoinPolicy,
  Membership,
  MembershipRef,
  NotificationLevel,
  Role,
} from './conversation.ts';

/** The row of a conversation. */
export type ConversationRow = Awaited<ReturnType<Tx['conversation']['findMany']>>[number];

/** The row of a membership, in any state. */
export type MembershipRow = Awaited<ReturnType<Tx['membership']['findMany']>>[number];

/** The state of a membership: active, or why it ended. */
export type MembershipState = 'ACTIVE' | LeaveReason;

/** The text form of a membership's identity, for keys of maps. */
export function refKey({ conversationId, userId }: MembershipRef): string {
  return `${conversationId}:${userId}`;
}

/** The unique key of the direct conversation of two users. */
export function directKey(one: bigint, other: bigint): string {
  return one < other ? `${one}:${other}` : `${other}:${one}`;
}

/** The two users of a direct key, ascending. */
export function sidesOf(key: string): readonly [bigint, bigint] {
  const [smaller = '', larger = ''] = key.split(':');
  return [BigInt(smaller), BigInt(larger)];
}

/** A membership that gives access. */
export type ActiveRow<R = MembershipRow> = R & { readonly state: 'ACTIVE' };

/** Whether a membership's row gives access. */
export function isActive<R extends Pick<MembershipRow, 'state'>>(row: R | null): row is ActiveRow<R> {
  return row?.state === 'ACTIVE';
}

/** Makes a membership from its row, as users may see it. */
export function membershipOf(row: MembershipRow): Membership {
  const { conversationId, userId, joinedAt, fromSeq, joinedSeq, shown, nickname, mutedUntil } = row;
  const { deliveredSeq, readSeq, markedUnreadFromSeq, clearedSeq, silentUntil, pinned, archived } = row;
  const role = row.role as Role;
  const notificationLevel = row.notificationLevel as NotificationLevel;
  return {
    ...{ conversationId, userId, role, joinedAt, fromSeq, joinedSeq, shown, nickname, mutedUntil, notificationLevel },
    ...{ deliveredSeq, readSeq, markedUnreadFromSeq, clearedSeq, silentUntil, pinned, archived },
    shownDeliveredSeq: row.shownDeliveredSeq ?? deliveredSeq,
    shownReadSeq: row.shownReadSeq ?? readSeq,
  };
}

/** Reads rows in any state. Results are in the order of `refs`; null if there is none. */
export async function readMemberships(tx: Tx, refs: readonly MembershipRef[]): Promise<readonly (MembershipRow | null)[]> {
  const byConversation = Map.groupBy(refs, ({ conversationId }) => conversationId);
  const byUser = Map.groupBy(refs, ({ userId }) => userId);
  // Nearly always all refs have the same user or the same conversation. Then this reads one range of one index.
  const rows =
    byUser.size < byConversation.size
      ? await inPieces(refs, (piece) => readByUser(tx, piece))
      : await inPieces(refs, (piece) => readByConversation(tx, piece));
  const found = new Map(rows.map((row) => [refKey(row), row]));
  return refs.map((ref) => found.get(refKey(ref)) ?? null);
}

function readByUser(tx: Tx, refs: readonly MembershipRef[]): Promise<MembershipRow[]> {
  const groups = [...Map.groupBy(refs, ({ userId }) => userId)];
  const either = groups.map(
    ([userId, own]) => sql`(userId = ${userId} AND conversationId IN (${join(own.map(({ conversationId }) => conversationId))}))`,
  );
  return selectRows(tx, 'Membership', join(either, ' OR '), byKey);
}

function readByConversation(tx: Tx, refs: readonly MembershipRef[]): Promise<MembershipRow[]> {
  const groups = [...Map.groupBy(refs, ({ conversationId }) => conversationId)];
  const either = groups.map(
    ([conversationId, own]) => sql`(conversationId = ${conversationId} AND userId IN (${join(own.map(({ userId }) => userId))}))`,
  );
  return selectRows(tx, 'Membership', join(either, ' OR '), byKey);
}

/** Reads rows of conversations. Results are in the order of `ids`; null if there is none. */
export async function readConversationRows(tx: Tx, ids: readonly bigint[]): Promise<readonly (ConversationRow | null)[]> {
  const rows = await inPieces(ids, (piece) => selectRows(tx, 'Conversation', sql`id IN (${join([...piece])})`));
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => found.get(id) ?? null);
}

/**
 * Whether the directory shows a group, by its row. The listed column is not enough: a node of the earlier release leaves it set when it
 * closes or dissolves a group.
 */
export function isFound({ listed, joinPolicy, dissolvedAt }: Pick<ConversationRow, 'listed' | 'joinPolicy' | 'dissolvedAt'>): boolean {
  return listed && joinPolicy !== 'INVITE_ONLY' && dissolvedAt === null;
}

/** Makes a conversation from its row and the head of its stream. The head must not be newer than the row. */
export function conversationOf(row: ConversationRow, head: Pick<StreamRow, 'lastSeq' | 'lastOrdinal' | 'activeAt'>): Conversation {
  const { id, createdAt, memberCount, name, description, announcement, avatarUrl, data, ownerId } = row;
  const { slowModeSeconds, mutedUntil, historyDays } = row;
  const { lastSeq, lastOrdinal, activeAt: lastActivityAt } = head;
  const sides = row.directKey === null ? null : sidesOf(row.directKey);
  const kind = row.kind as Conversation['kind'];
  return {
    ...{ id, kind, lastSeq, lastOrdinal, lastActivityAt, createdAt, memberCount, sides },
    ...{ name, description, announcement, avatarUrl, data, ownerId, slowModeSeconds, mutedUntil, historyDays },
    joinPolicy: row.joinPolicy as JoinPolicy,
    listed: isFound(row),
    history: row.history as GroupHistory,
    postPolicy: row.postPolicy as GroupPolicy,
    invitePolicy: row.invitePolicy as GroupPolicy,
    pinPolicy: row.pinPolicy as GroupPolicy,
    mentionPolicy: row.mentionPolicy as GroupPolicy,
  };
}
