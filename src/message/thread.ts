import { type Db, enterThreads, insertReplies, type ThreadPartRow, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { MembershipRow } from '../group/index.ts';
import type { EffectKind, Fact, Inside } from '../log/index.ts';
import { messageAt } from './facts.ts';
import type { Message, MessageRef } from './message.ts';
import { refKey } from './store.ts';

/** A thread as a new reply finds it. */
export interface Thread {
  readonly rootSeq: number;
  readonly rootSenderId: bigint;
  /** Replies that stand in it already. */
  readonly replyCount: number;
}

/** The seq of a thread's newest reply; 0: there is none. Governed by the conversation's stream. */
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
 * The thread that a message is to stand in, named by its root or by any reply; null where none is named. Throws NOT_FOUND (threadRootId) where the
 * sender sees neither.
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
  // Whoever may see a reply may see its root, even from before they joined.
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
 * Writes replies into their threads: several of one commit have all found a thread as it was before it. Who began the thread and who replies take
 * part in it; who replies has read it so far.
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
