import type { Tx } from '../db/index.ts';
import { attachmentList, type EntryData, type NewMessage, type NewPoll, newPoll, type Poll } from './entry.ts';

/** The row of a message. */
export type MessageRow = Awaited<ReturnType<Tx['message']['findMany']>>[number];

/** The attachments of a message, in order. */
export type Attachments = EntryData<'MessageSent'>['attachments'];

/** For messages without attachments, as nearly all are. */
export const noAttachments: Attachments = [];

/** Returns the data of a message's log entry, read from its row. */
export function messageData(row: MessageRow): EntryData<'MessageSent'> {
  const { ordinal, clientMessageId, text, replyToSeq, threadRootSeq, mentionsEveryone } = row;
  const { replyCount, hasReactions, editedAt, recalledAt, pinnedAt, originId, originName } = row;
  return {
    ordinal,
    clientMessageId,
    text,
    replyToSeq,
    threadRootSeq,
    mentionsEveryone,
    replyCount,
    hasReactions,
    editedAt,
    recalledAt,
    pinnedAt,
    mentionIds: parseIds(row.mentionIds),
    // A node of an earlier release does not clear columns that it does not know when it recalls a message.
    attachments: recalledAt === null ? parseAttachments(row.attachments) : noAttachments,
    data: recalledAt === null ? row.data : null,
    poll: recalledAt === null ? pollOf(row) : null,
    origin: originId === null || originName === null ? null : { userId: originId, name: originName },
  };
}

/** Formats ids for a row; null if there are none. */
export function formatIds(ids: readonly bigint[]): string | null {
  return ids.length === 0 ? null : ids.join(',');
}

/** Formats attachments for a row; null if there are none. */
export function formatAttachments(attachments: Attachments): string | null {
  return attachments.length === 0 ? null : JSON.stringify(attachments, (_key, value: unknown) => value ?? undefined);
}

/** Reads the attachments of a row. Returns none if another release wrote what this one cannot read. */
export function parseAttachments(text: string | null): Attachments {
  return text === null ? noAttachments : (attachmentList.safeParse(JSON.parse(text)).data ?? noAttachments);
}

/** Formats a poll for a row; null if there is none. */
export function formatPoll(poll: NewPoll | null): string | null {
  if (poll === null) return null;
  const { options, multiple, anonymous, closesAt } = poll;
  return JSON.stringify({ options, multiple, anonymous, closesAt });
}

/** Reads the poll of a row. Returns null if there is none, or if another release wrote what this one cannot read. */
export function parsePoll(text: string | null): NewPoll | null {
  return text === null ? null : (newPoll.safeParse(JSON.parse(text)).data ?? null);
}

function pollOf({ poll, pollClosedAt: closedAt }: Pick<MessageRow, 'poll' | 'pollClosedAt'>): Poll | null {
  const asked = parsePoll(poll);
  return asked && { ...asked, closedAt };
}

/** Reads the ids of a row. */
export function parseIds(text: string | null): bigint[] {
  return text === null ? [] : text.split(',').map(BigInt);
}

/** The position, sender and time of a new message. */
export interface MessagePlace {
  readonly conversationId: bigint;
  readonly seq: number;
  readonly ordinal: number;
  readonly senderId: bigint;
  readonly sentAt: Date;
}

// Properties are listed one by one: a spread would create an object for each message and discard it.
/** Makes the row of a new message. */
export function newMessageRow(place: MessagePlace, message: NewMessage): MessageRow {
  const { conversationId, seq, ordinal, senderId, sentAt } = place;
  const { clientMessageId, fingerprint, text, replyToSeq, threadRootSeq, mentionsEveryone, origin, data } = message;
  return {
    conversationId,
    seq,
    ordinal,
    senderId,
    sentAt,
    clientMessageId,
    fingerprint,
    text,
    replyToSeq,
    threadRootSeq,
    mentionsEveryone,
    mentionIds: formatIds(message.mentionIds),
    attachments: formatAttachments(message.attachments),
    data,
    poll: formatPoll(message.poll),
    pollClosedAt: null,
    originId: origin?.userId ?? null,
    originName: origin?.name ?? null,
    replyCount: 0,
    hasReactions: false,
    editedAt: null,
    recalledAt: null,
    pinnedAt: null,
  };
}
