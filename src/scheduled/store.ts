import { inPieces, join, selectRows, sql, type Tx } from '../db/index.ts';
import type { RefusalCode } from '../errors.ts';
import { type Fact, formatAttachments, formatIds, formatPoll, parseAttachments, parseIds, parsePoll } from '../log/index.ts';
import { uuidBytes, uuidText } from '../uuid.ts';
import type { ScheduledMessage, ScheduledRange } from './scheduled.ts';

/** A row of ScheduledMessage. */
export interface ScheduledRow extends ScheduledMessage {
  /** The fingerprint of the request that created it. */
  readonly fingerprint: Uint8Array<ArrayBuffer>;
  /** The sendAt of that request. */
  readonly firstSendAt: Date;
}

type Stored = Awaited<ReturnType<Tx['scheduledMessage']['findMany']>>[number];

function rowOf({ id, attachments, poll, mentionIds, refusalCode: code, refusalText: message, ...row }: Stored): ScheduledRow {
  return {
    ...row,
    id: uuidText(id),
    attachments: parseAttachments(attachments),
    poll: parsePoll(poll),
    mentionIds: parseIds(mentionIds),
    refusal: code === null ? null : { code: code as RefusalCode, message: message ?? '' },
  };
}

function storedOf({ id, attachments, poll, mentionIds, refusal, ...row }: ScheduledRow): Stored {
  return {
    ...row,
    id: uuidBytes(id),
    attachments: formatAttachments(attachments),
    poll: formatPoll(poll),
    mentionIds: formatIds(mentionIds),
    refusalCode: refusal?.code ?? null,
    refusalText: refusal?.message ?? null,
  };
}

/** Returns rows in the order asked for; null if there is none. */
export async function readScheduled(tx: Tx, ids: readonly string[]): Promise<readonly (ScheduledRow | null)[]> {
  const rows = await inPieces(ids, (piece) => selectRows(tx, 'ScheduledMessage', sql`id IN (${join(piece.map(uuidBytes))})`));
  const found = new Map(rows.map(rowOf).map((row) => [row.id, row]));
  return ids.map((id) => found.get(id) ?? null);
}

/** A row by its UUID text. Guarded by the lock on its user's account stream. */
export const scheduledRow: Fact<string, ScheduledRow | null> = { name: 'scheduled message', key: String, read: readScheduled };

/** A user's clientMessageId for a scheduled message. */
interface ScheduledName {
  readonly userId: bigint;
  readonly clientMessageId: string;
}

/** The scheduled message under a clientMessageId. Guarded by the lock on its user's account stream. */
export const scheduledUnder: Fact<ScheduledName, ScheduledRow | null> = {
  name: 'scheduled under',
  key: ({ userId, clientMessageId }) => `${userId}:${clientMessageId}`,
  async read(tx, names) {
    const either = names.map(({ userId, clientMessageId }) => sql`(userId = ${userId} AND clientMessageId = ${clientMessageId})`);
    const rows = (await selectRows(tx, 'ScheduledMessage', join(either, ' OR '))).map(rowOf);
    const found = new Map(rows.map((row) => [scheduledUnder.key(row), row]));
    return names.map((name) => found.get(scheduledUnder.key(name)) ?? null);
  },
};

/** The number of a user's scheduled messages, waiting or refused. Guarded by the lock on their account stream. */
export const scheduledCount: Fact<bigint, number> = {
  name: 'scheduled count',
  key: String,
  read: (tx, userIds) => Promise.all(userIds.map((userId) => tx.scheduledMessage.count({ where: { userId } }))),
};

/** Inserts a row. */
export async function insertScheduled(tx: Tx, row: ScheduledRow): Promise<void> {
  await tx.scheduledMessage.create({ data: storedOf(row) });
}

/** Updates all columns of a row. */
export async function updateScheduled(tx: Tx, row: ScheduledRow): Promise<void> {
  const { id, ...data } = storedOf(row);
  await tx.scheduledMessage.update({ where: { id }, data });
}

/** Deletes a row. */
export async function deleteScheduled(tx: Tx, id: string): Promise<void> {
  await tx.scheduledMessage.deleteMany({ where: { id: uuidBytes(id) } });
}

/** Returns a scheduled message's cursor in a list. */
export function scheduledKey({ sendAt, id }: Pick<ScheduledMessage, 'sendAt' | 'id'>): string {
  return `${sendAt.getTime()}:${id}`;
}

// Without these MariaDB finds the rows by another index and sorts them.
const byTime = { index: 'ScheduledMessage_userId_sendAt_id_idx' };
const byTimeThere = { index: 'ScheduledMessage_userId_conversationId_sendAt_id_idx' };

/** Returns at most `first` rows of a user, by time and id. */
export async function listScheduled(
  tx: Tx,
  userId: bigint,
  { first, after, conversationId }: ScheduledRange,
): Promise<readonly ScheduledRow[]> {
  const there = conversationId === undefined ? sql`` : sql`AND conversationId = ${conversationId}`;
  const rest = sql`userId = ${userId} ${there} ${past(after)} ORDER BY sendAt, id LIMIT ${first}`;
  return (await selectRows(tx, 'ScheduledMessage', rest, conversationId === undefined ? byTime : byTimeThere)).map(rowOf);
}

function past(after: string | undefined) {
  if (after === undefined) return sql``;
  const [ms = '', id = ''] = after.split(':');
  const sendAt = new Date(Number(ms));
  return sql`AND sendAt >= ${sendAt} AND (sendAt > ${sendAt} OR id > ${uuidBytes(id)})`;
}
