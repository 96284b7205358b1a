import { type Db, enterThreads, insertReplies, type ThreadPartRow, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { MembershipRow } from '../group/index.ts';
import type { EffectKind, Fact, Inside } from '../log/index.ts';
import { messageAt } from './facts.ts';
import type { Message, MessageRef } from './message.ts';
import { refKey } from './store.ts';

/** A thread, as it is before a new reply. */
export interface Thread {
  readonly rootSeq: number;
  readonly rootSenderId: bigint;
  /** The number of replies in it. */
  readonly replyCount: number;
}

/** The seq of a thread's newest reply; 0 if there is none. Guarded by the lock on the conversation's stream. */
const newestReply: Fact<MessageRef, number> = {
  name: 'newest reply',
  key: refKey,
  read: (tx, roots) =>
    Promise.all(
      roots.map(async ({ conversationId, seq: rootSeq }) => {
        const row = await tx.reply.findFirst({ where: { conversationId, rootSeq }, orderBy: { seq: 'desc' }, select: { seq: true } });
        return row?.seq ?? 0;
      }),
    ),
};

/**
 * Returns the thread for a message, named by its root or any of its replies; null if none is named. Throws NOT_FOUND (threadRootId) if the
 * sender sees neither the root nor a reply.
 */
export async function threadOf(
  inside: Inside,
  { conversationId, fromSeq }: Pick<MembershipRow, 'conversationId' | 'fromSeq'>,
  named: MessageRef | undefined,
): Promise<Thread | null> {
  if (named === undefined) return null;
  const message = named.conversationId === conversationId ? await inside.read(messageAt, named) : null;
  if (message === null || !(await isSeen(inside, message, fromSeq))) throw noThread();
  if (message.threadRootSeq === null) return asThread(message);
  // A member who sees a reply may see the root, even from before they joined.
  const root = await inside.read(messageAt, { conversationId, seq: message.threadRootSeq });
  if (root === null) throw noThread();
  return asThread(root);
}

async function isSeen(inside: Inside, message: Message, fromSeq: number): Promise<boolean> {
  if (message.seq >= fromSeq) return true;
  return message.replyCount > 0 && (await inside.read(newestReply, message)) >= fromSeq;
}

function asThread({ seq: rootSeq, senderId: rootSenderId, replyCount }: Message): Thread {
  return { rootSeq, rootSenderId, replyCount };
}

function noThread(): ChatError {
  return new ChatError('NOT_FOUND', 'Message not found in this conversation.', { field: ['threadRootId'] });
}

/** A reply that is stored. */
export interface NewReply extends Thread {
  readonly conversationId: bigint;
  readonly seq: number;
  readonly senderId: bigint;
}

/**
 * Makes the effect that writes replies into their threads. Several replies of one commit have all read the thread as it was before the
 * commit. The author of the root and all repliers take part in the thread. Who replies has read it up to their reply.
 */
export function newReplies(db: Pick<Db, 'dialect'>): EffectKind<NewReply> {
  return {
    name: 'replies',
    async write(tx, replies) {
      await insertReplies(tx, replies);
      await enterThreads(db, tx, replies.flatMap(partRows));
      const threads = Map.groupBy(replies, ({ conversationId, rootSeq: seq }) => refKey({ conversationId, seq }));
      for (const thread of threads.values()) await countReplies(tx, thread);
    },
  };
}

function partRows({ conversationId, rootSeq, rootSenderId, replyCount, seq, senderId }: NewReply): readonly ThreadPartRow[] {
  const own = { userId: senderId, conversationId, rootSeq, readSeq: seq, sinceSeq: senderId === rootSenderId ? 0 : seq };
  return replyCount === 0 ? [{ ...own, userId: rootSenderId, readSeq: 0, sinceSeq: 0 }, own] : [own];
}

async function countReplies(tx: Tx, thread: readonly NewReply[]): Promise<void> {
  const [first] = thread;
  if (first === undefined) return;
  const { conversationId, rootSeq: seq, replyCount } = first;
  await tx.message.updateMany({ where: { conversationId, seq }, data: { replyCount: replyCount + thread.length } });
}
