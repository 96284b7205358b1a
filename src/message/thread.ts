import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { MembershipRow } from '../group/index.ts';
import type { Inside } from '../log/index.ts';
import { messageAt } from './facts.ts';
import type { MessageRef } from './message.ts';

/** Where a reply comes to stand in its thread. */
export interface ThreadPlace {
  readonly rootSeq: number;
  readonly rootSenderId: bigint;
  /** 1, 2, 3 … in the thread. */
  readonly ordinal: number;
}

/** The place of the next reply; null where it is none. A reply to a reply belongs to the same thread. Throws NOT_FOUND (threadRootId). */
export async function placeInThread(
  inside: Inside,
  { conversationId, fromSeq }: Pick<MembershipRow, 'conversationId' | 'fromSeq'>,
  root: MessageRef | undefined,
): Promise<ThreadPlace | null> {
  if (root === undefined) return null;
  const named = root.conversationId === conversationId && root.seq >= fromSeq ? await inside.read(messageAt, root) : null;
  // Whoever may see a reply may see its root, even from before they joined.
  const rootSeq = named?.threadRootSeq ?? null;
  const found = named === null || rootSeq === null ? named : await inside.read(messageAt, { conversationId, seq: rootSeq });
  if (found === null)
    throw new ChatError('NOT_FOUND', 'There is no such message in this conversation for you.', { field: ['threadRootId'] });
  return { rootSeq: found.seq, rootSenderId: found.senderId, ordinal: found.replyCount + 1 };
}

/** A reply that is stored. */
export interface NewReply extends ThreadPlace {
  readonly conversationId: bigint;
  readonly seq: number;
  readonly senderId: bigint;
}

/** Writes a reply's place in its thread. Who began the thread and who replies take part in it; who replies has read it so far. */
export async function storeReply(tx: Tx, { conversationId, rootSeq, rootSenderId, ordinal, seq, senderId }: NewReply): Promise<void> {
  await tx.reply.create({ data: { conversationId, rootSeq, ordinal, seq, senderId } });
  await tx.message.updateMany({ where: { conversationId, seq: rootSeq }, data: { replyCount: ordinal } });
  const place = { conversationId, rootSeq };
  const own = { userId: senderId, ...place };
  await tx.threadPart.upsert({
    where: { userId_conversationId_rootSeq: own },
    create: { ...own, readOrdinal: ordinal },
    update: { readOrdinal: ordinal },
  });
  if (rootSenderId === senderId || ordinal > 1) return;
  const starter = { userId: rootSenderId, ...place };
  await tx.threadPart.upsert({ where: { userId_conversationId_rootSeq: starter }, create: starter, update: {} });
}
