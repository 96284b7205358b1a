import { setImmediate as nextTurn } from 'node:timers/promises';
import { listThreads as readThreads } from '../db/index.ts';
import { OverloadError } from '../errors.ts';
import { filledPage } from '../filled-page.ts';
import type { Conversation } from '../group/index.ts';
import { otherList } from '../list-key.ts';
import { inTurnsOfEach } from '../turns.ts';
import type { Viewer } from '../user/index.ts';
import type { MessageRef, Part } from './message.ts';
import type { MessageParts } from './parts.ts';

/** A page of the viewer's threads. */
export interface ThreadsRequest {
  readonly first: number;
  /** An opaque cursor. */
  readonly after?: string | undefined;
  readonly conversationId?: bigint | undefined;
  /** True: only those with unread replies; false: only the rest; absent: both. */
  readonly unread?: boolean | undefined;
}

/** A thread that the viewer takes part in. */
export interface ListedThread {
  readonly key: string;
  readonly root: MessageRef;
  /** The newest reply that the viewer sees. */
  readonly lastReply: MessageRef;
  /** Its lastSeq is not later than the read of the thread. */
  readonly conversation: Conversation;
}

// A page examines all threads of its viewer, at 6 µs each on MariaDB: two thirds of a second for 100,000 threads. One at a time, they do
// not occupy the database for long. The queue has room for a few documents of four lists each (gateway/limits.ts).
const turnsOfUser = { atOnce: 1, waiting: 16, longestMs: 5_000 };
const retryAfterMs = 2_000;

/** Makes the list of a viewer's threads. A node reads one page at a time for each user. */
export function createThreadLists(parts: Pick<MessageParts, 'db' | 'groups'>) {
  const inTurn = inTurnsOfEach<bigint>({
    ...turnsOfUser,
    refusal: () =>
      new OverloadError('You have too many pending requests for lists of threads. Wait for one of them to finish.', retryAfterMs),
  });
  return {
    threads: (viewer: Viewer, request: ThreadsRequest): Promise<Part<ListedThread>> =>
      inTurn(viewer.userId, () => filledPage(request, (page) => listThreads(parts, viewer, page))),
  };
}

async function listThreads(
  { db, groups }: Pick<MessageParts, 'db' | 'groups'>,
  { userId }: Viewer,
  { first, after, conversationId, unread }: ThreadsRequest,
) {
  const before = after === undefined ? null : placeOf(after);
  // SQLite reads on the process's only thread, so others get their turn between two pages.
  await nextTurn();
  const rows = await readThreads(db.client, { userId, limit: first + 1, conversationId, unread, before });
  const page = rows.slice(0, first);
  const ids = [...new Set(page.map((row) => row.conversationId))];
  const conversations = new Map((await groups.byIds(ids)).map((conversation) => [conversation?.id, conversation]));
  const items = page.flatMap(({ at, conversationId: id, rootSeq, replySeq, lastSeq, lastOrdinal }) => {
    const conversation = conversations.get(id);
    // The conversation was dissolved meanwhile.
    if (!conversation) return [];
    return {
      ...{
        key: keyOf({ at, conversationId: id, rootSeq }),
        root: { conversationId: id, seq: rootSeq },
        lastReply: { conversationId: id, seq: replySeq },
      },
      conversation: conversation.lastSeq > lastSeq ? { ...conversation, lastSeq, lastOrdinal } : conversation,
    };
  });
  const last = page.at(-1);
  return { items, hasNextPage: rows.length > first, end: last && keyOf(last) };
}

interface Place {
  readonly at: Date;
  readonly conversationId: bigint;
  readonly rootSeq: number;
}

function keyOf({ at, conversationId, rootSeq }: Place): string {
  return `${at.getTime()}:${conversationId}:${rootSeq}`;
}

function placeOf(key: string): Place {
  const [, ms = '', id = '', seq = ''] = /^(\d{1,15}):(\d{1,19}):(\d{1,10})$/.exec(key) ?? [];
  if (ms === '') throw otherList();
  return { at: new Date(Number(ms)), conversationId: BigInt(id), rootSeq: Number(seq) };
}
