import type { Db, Tx } from './db.ts';
import type { Prisma } from './generated/mysql/client.ts';
import type { HeldUser } from './hold-users.ts';
import type { Kind } from './kind.ts';
import { inPieces } from './pieces.ts';
import { join, raw, sql } from './sql.ts';
import { type RawRow, rowReader, wholeRow } from './whole-row.ts';

/** The row types of the models. */
export interface Rows {
  readonly Message: Awaited<ReturnType<Tx['message']['findMany']>>[number];
  readonly Membership: Awaited<ReturnType<Tx['membership']['findMany']>>[number];
  readonly Conversation: Awaited<ReturnType<Tx['conversation']['findMany']>>[number];
  readonly Session: Awaited<ReturnType<Tx['session']['findMany']>>[number];
  readonly Entry: Awaited<ReturnType<Tx['entry']['findMany']>>[number];
  readonly Reply: Awaited<ReturnType<Tx['reply']['findMany']>>[number];
  readonly Block: Awaited<ReturnType<Tx['block']['findMany']>>[number];
  readonly JoinRequest: Awaited<ReturnType<Tx['joinRequest']['findMany']>>[number];
  readonly ScheduledMessage: Awaited<ReturnType<Tx['scheduledMessage']['findMany']>>[number];
  readonly Draft: Awaited<ReturnType<Tx['draft']['findMany']>>[number];
  readonly SavedMessage: Awaited<ReturnType<Tx['savedMessage']['findMany']>>[number];
  readonly Mention: Awaited<ReturnType<Tx['mention']['findMany']>>[number];
  readonly Pin: Awaited<ReturnType<Tx['pin']['findMany']>>[number];
  readonly AttachedMessage: Awaited<ReturnType<Tx['attachedMessage']['findMany']>>[number];
  readonly HiddenMessage: Awaited<ReturnType<Tx['hiddenMessage']['findMany']>>[number];
  readonly AuditEntry: Awaited<ReturnType<Tx['auditEntry']['findMany']>>[number];
  /** The columns that others may see. */
  readonly User: Omit<HeldUser, 'erased' | 'suspendedUntil'> & { readonly state: string };
  readonly Stream: Awaited<ReturnType<Tx['stream']['findMany']>>[number];
}

/** A model that is read so often that Prisma's query builder would cost more than the query. */
export type Selected = keyof Rows;

/** The columns of each model, in order. */
export const columns: { readonly [T in Selected]: { readonly [C in keyof Rows[T]]: Kind } } = {
  Message: {
    ...{
      conversationId: 'id',
      seq: 'number',
      ordinal: 'number',
      senderId: 'id',
      clientMessageId: 'key',
      fingerprint: 'bytes',
      text: 'text',
    },
    ...{ replyToSeq: 'number', threadRootSeq: 'number', mentionsEveryone: 'flag', sentAt: 'time', editedAt: 'time', recalledAt: 'time' },
    ...{ pinnedAt: 'time', mentionIds: 'text', replyCount: 'number', hasReactions: 'flag', originId: 'id', originName: 'text' },
    ...{ attachments: 'text', data: 'text', poll: 'text', pollClosedAt: 'time' },
  },
  Membership: {
    ...{ conversationId: 'id', userId: 'id', state: 'text', role: 'text', fromSeq: 'kept', untilSeq: 'number', shown: 'flag' },
    ...{ joinedAt: 'time', nickname: 'text', mutedUntil: 'time', notificationLevel: 'text', deliveredSeq: 'number', readSeq: 'number' },
    ...{ markedUnreadFromSeq: 'number', clearedSeq: 'number', shownDeliveredSeq: 'number', shownReadSeq: 'number', blocks: 'flag' },
    ...{ joinedSeq: 'number', silentUntil: 'time', pinned: 'flag', archived: 'flag' },
  },
  Conversation: {
    ...{ id: 'id', kind: 'text', directKey: 'text', name: 'text', description: 'text', announcement: 'text', avatarUrl: 'text' },
    ...{ joinPolicy: 'text', invitePolicy: 'text', postPolicy: 'text', slowModeSeconds: 'number', mutedUntil: 'time', ownerId: 'id' },
    ...{ memberCount: 'number', createdById: 'id', clientGroupId: 'key', createdAt: 'time', dissolvedAt: 'time' },
    ...{ pinPolicy: 'text', mentionPolicy: 'text', history: 'text', data: 'text', listed: 'flag', historyDays: 'number' },
  },
  Session: {
    ...{ id: 'bytes', userId: 'id', deviceName: 'text', generation: 'number', rotatedAt: 'time', createdAt: 'time' },
    ...{ lastSeenAt: 'time', expiresAt: 'time', endedAt: 'time', deviceKind: 'text', keyDigest: 'bytes' },
  },
  Entry: {
    ...{ streamId: 'id', seq: 'number', type: 'text', version: 'number', actorId: 'id', data: 'text', timeline: 'flag', at: 'time' },
  },
  Reply: { conversationId: 'id', rootSeq: 'number', seq: 'number', senderId: 'id' },
  AttachedMessage: { conversationId: 'id', kind: 'number', seq: 'number' },
  HiddenMessage: { userId: 'id', conversationId: 'id', seq: 'number', own: 'flag' },
  Block: { userId: 'id', otherId: 'id', state: 'text', since: 'time' },
  JoinRequest: { conversationId: 'id', userId: 'id', state: 'text', note: 'text', createdAt: 'time' },
  ScheduledMessage: {
    ...{ id: 'bytes', userId: 'id', conversationId: 'id', clientMessageId: 'key', fingerprint: 'bytes', firstSendAt: 'time', text: 'text' },
    ...{ replyToSeq: 'number', threadRootSeq: 'number', mentionsEveryone: 'flag', mentionIds: 'text', attachments: 'text', data: 'text' },
    poll: 'text',
    ...{ sendAt: 'time', createdAt: 'time', refusalCode: 'text', refusalText: 'text' },
  },
  Draft: {
    ...{ userId: 'id', conversationId: 'id', threadRootSeq: 'number', text: 'text', replyToSeq: 'number', data: 'text' },
    ...{ writtenAt: 'time', savedAt: 'time', joinedSeq: 'number', tellAt: 'time' },
  },
  SavedMessage: { userId: 'id', conversationId: 'id', seq: 'number', note: 'text', savedAt: 'time', joinedSeq: 'number' },
  Mention: { conversationId: 'id', userId: 'id', seq: 'number', messageSeq: 'number', byId: 'id' },
  Pin: { conversationId: 'id', seq: 'number', messageSeq: 'number' },
  AuditEntry: {
    ...{ id: 'id', at: 'time', actorId: 'id', actorName: 'text', origin: 'text', action: 'text', arguments: 'text', target: 'text' },
    ...{ was: 'text', became: 'text', outcome: 'text', code: 'text', endedAt: 'time' },
  },
  Stream: {
    ...{ id: 'id', kind: 'text', lastSeq: 'number', lastOrdinal: 'number', floorSeq: 'number', jobSeq: 'number', jobsDue: 'flag' },
    ...{ lastAt: 'time', activeAt: 'time', createdAt: 'time', lastSenderId: 'id', lastMessageSeq: 'number', otherMessageSeq: 'number' },
    ...{ changedSeq: 'number' },
  },
  User: {
    id: 'id',
    handle: 'text',
    displayName: 'text',
    avatarUrl: 'text',
    bio: 'text',
    createdAt: 'time',
    state: 'text',
    bot: 'flag',
    data: 'text',
  },
};

/** Picks columns of a model, in the order of `names`. */
export function kindsOf<T extends Selected, C extends keyof Rows[T]>(model: T, names: readonly C[]): { readonly [N in C]: Kind } {
  const kinds: { readonly [N in keyof Rows[T]]: Kind } = columns[model];
  return Object.fromEntries(names.map((name) => [name, kinds[name]])) as { readonly [N in C]: Kind };
}

/** The index to read by, for queries where MariaDB would choose another or enter it only at its beginning. */
interface By {
  readonly index?: string;
}

/**
 * By the primary key. MariaDB, which only knows the average number of rows per key prefix, may otherwise read all rows of a large group.
 */
export const byKey: By = { index: 'PRIMARY' };

/**
 * Reads the rows of a model with all columns, as Prisma's findMany returns them. `rest` is what follows WHERE. Prisma's query builder takes
 * some 300 µs of CPU per query, this a tenth of it (measured side by side on one machine).
 */
export async function selectRows<T extends Selected>(tx: Tx, model: T, rest: Prisma.Sql, by: By = {}): Promise<Rows[T][]> {
  const rows = await tx.$queryRaw<RawRow[]>(sql`SELECT ${wholeRow(columns[model])} FROM ${table(model, by)} WHERE ${rest}`);
  return rows.map(rowReader<Rows[T]>(columns[model]));
}

/**
 * Reads several parts of a model with one statement, each part with its own order and limit. Returns the rows of each part, in no order.
 */
export async function selectPages<T extends Selected>(
  { dialect }: Pick<Db, 'dialect'>,
  tx: Tx,
  { model, rests, ...by }: By & { readonly model: T; readonly rests: readonly Prisma.Sql[] },
): Promise<Rows[T][][]> {
  const readRow = rowReader<Rows[T]>(columns[model]);
  const found: Rows[T][][] = rests.map(() => []);
  const selects = rests.map(
    (rest, place) => sql`SELECT ${place} AS place, ${wholeRow(columns[model])} FROM ${table(model, by)} WHERE ${rest}`,
  );
  // In a UNION, SQLite takes a LIMIT only inside a derived table. MariaDB would put derived tables with text on disk.
  const parts = dialect === 'sqlite' ? selects.map((select) => sql`SELECT * FROM (${select})`) : selects.map((select) => sql`(${select})`);
  for (const row of await inPieces(parts, (piece) => tx.$queryRaw<RawRow[]>(join([...piece], ' UNION ALL ')))) {
    found[Number(row['place'])]?.push(readRow(row));
  }
  return found;
}

// SQLite reads the hint as a comment, and chooses the right index by itself.
function table(model: Selected, { index }: By): Prisma.Sql {
  return raw(index === undefined ? model : `${model} /*! FORCE INDEX (${index}) */`);
}
