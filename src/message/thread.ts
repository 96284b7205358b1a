import { type Db, enterThreads, type ThreadPartRow, type Tx } from '../db/index.ts';
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
const newestReply: Fact<MessageRef & { readonly replyCount: number }, number> = {
  name: 'newest reply',
  key: refKey,
  async read(tx, roots) {
    const OR = roots.map(({ conversationId, seq: rootSeq, replyCount: ordinal }) => ({ conversationId, rootSeq, ordinal }));
    const rows = await tx.reply.findMany({ where: { OR }, select: { conversationId: true, rootSeq: true, seq: true } });
    const found = new Map(rows.map(({ conversationId, rootSeq, seq }) => [refKey({ conversationId, seq: rootSeq }), seq]));
    return roots.map((root) => found.get(refKey(root)) ?? 0);
  },
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
  return new ChatError('NOT_FOUND', 'There is no such message in this conversation for you.', { field: ['threadRootId'] });
}

/** A reply that is stored. */
export interface NewReply extends Thread {
  readonly conversationId: bigint;
  readonly seq: number;
  readonly senderId: bigint;
}

/**
 * Gives replies their places in their threads: several of one commit have all found the thread as it was before it. Who began the thread and who
 * replies take part in it; who replies has read it so far.
 */
export function newReplies(db: Pick<Db, 'dialect'>): EffectKind<NewReply> {
  return {
    name: 'replies',
    async write(tx, replies) {
      const threads = Map.groupBy(replies, ({ conversationId, rootSeq: seq }) => refKey({ conversationId, seq }));
      const placed = [...threads.values()].flatMap(inOrder);
      await tx.reply.createMany({ data: placed.map(replyRow) });
      await enterThreads(db, tx, placed.flatMap(partRows));
      for (const thread of threads.values()) await countReplies(tx, inOrder(thread).at(-1));
    },
  };
}

interface PlacedReply extends NewReply {
  /** 1, 2, 3 … in the thread. */
  readonly ordinal: number;
}

function inOrder(thread: readonly NewReply[]): readonly PlacedReply[] {
  return thread.map((reply, place) => ({ ...reply, ordinal: reply.replyCount + place + 1 }));
}

function replyRow({ conversationId, rootSeq, ordinal, seq, senderId }: PlacedReply) {
  return { conversationId, rootSeq, ordinal, seq, senderId };
}

function partRows({ conversationId, rootSeq, rootSenderId, ordinal, senderId }: PlacedReply): readonly ThreadPartRow[] {
  const own = { userId: senderId, conversationId, rootSeq, readOrdinal: ordinal };
  return ordinal === 1 ? [{ ...own, userId: rootSenderId, readOrdinal: 0 }, own] : [own];
}

async function countReplies(tx: Tx, newest: PlacedReply | undefined): Promise<void> {
  if (newest === undefined) return;
  const { conversationId, rootSeq: seq, ordinal: replyCount } = newest;
  await tx.message.updateMany({ where: { conversationId, seq }, data: { replyCount } });
}
