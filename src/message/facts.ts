import type { Tx } from '../db/index.ts';
import type { Fact, MessageRow } from '../log/index.ts';
import type { Message, MessageRef } from './message.ts';
import { readMessages, refKey } from './store.ts';

/** Names a request by what its sender called it. */
export interface RequestName {
  readonly senderId: bigint;
  readonly clientMessageId: string;
}

/** The message that a sender stored under a clientMessageId, in whichever conversation. Not governed by a lock: the unique key settles races. */
export const sentUnder: Fact<RequestName, MessageRow | null> = {
  name: 'sent under',
  key: ({ senderId, clientMessageId }) => `${senderId}:${clientMessageId}`,
  read: readSentUnder,
};

/** A message by its place. Governed by the conversation's stream. */
export const messageAt: Fact<MessageRef, Message | null> = { name: 'message', key: refKey, read: readMessages };

/** A member's place in a conversation. */
export interface ReadMark {
  readonly conversationId: bigint;
  readonly userId: bigint;
  readonly readSeq: number;
}

/** Whether a message by somebody else lies past a member's readSeq. Governed by the conversation's stream. */
export const hasUnread: Fact<ReadMark, boolean> = {
  name: 'unread',
  key: ({ conversationId, userId, readSeq }) => `${conversationId}:${userId}:${readSeq}`,
  read: (tx, marks) => Promise.all(marks.map((mark) => findUnread(tx, mark))),
};

async function readSentUnder(tx: Tx, names: readonly RequestName[]): Promise<readonly (MessageRow | null)[]> {
  const OR = names.map(({ senderId, clientMessageId }) => ({ senderId, clientMessageId }));
  const rows = await tx.message.findMany({ where: { OR } });
  const found = new Map(rows.map((row) => [sentUnder.key(row), row]));
  return names.map((name) => found.get(sentUnder.key(name)) ?? null);
}

// Messages read at once on the way to the first by another.
const stride = 50;

// Reads on from the marker to the first message by another. It is near: had there been none, the last own message would have moved the
// marker. By primary key, for which `ordinal` is selected too: without it an index that is in no order of seq would do.
async function findUnread(tx: Tx, { conversationId, userId, readSeq }: ReadMark): Promise<boolean> {
  for (let after = readSeq; ; ) {
    const next = await tx.message.findMany({
      where: { conversationId, seq: { gt: after } },
      orderBy: { seq: 'asc' },
      take: stride,
      select: { seq: true, senderId: true, ordinal: true },
    });
    if (next.some(({ senderId }) => senderId !== userId)) return true;
    const last = next.at(-1);
    if (last === undefined || next.length < stride) return false;
    after = last.seq;
  }
}
