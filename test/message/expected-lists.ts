import type { Membership } from '../../src/group/index.ts';
import type { MessageRef } from '../../src/message/index.ts';
import { type Books, readUpTo, recountThread, rootsIn, seenMessages } from './recount.ts';

/** A whole list, its unread items, and the others. */
export interface Sides<T> {
  readonly all: readonly T[];
  readonly waiting: readonly T[];
  readonly rest: readonly T[];
}

/** A thread, and its newest reply that a viewer sees. */
export interface ListedRoot extends MessageRef {
  readonly lastReplySeq: number;
}

/** What a viewer's lists must contain: their threads, and for each conversation the messages that mention them, by seq. */
export interface Lists {
  readonly threads: Sides<ListedRoot>;
  readonly mentions: readonly { readonly conversationId: bigint; readonly messages: Sides<number> }[];
}

/** Computes the lists from the logs, entry by entry. */
export function relist(books: Books): Lists {
  const threads = books.accesses
    .flatMap((access) => threadsIn(books, access))
    .toSorted((one, other) => other.at - one.at || compare(other.conversationId, one.conversationId) || other.seq - one.seq);
  return {
    threads: sides(threads, ({ conversationId, seq, lastReplySeq }) => ({ conversationId, seq, lastReplySeq })),
    mentions: books.accesses.map((access) => ({ conversationId: access.conversationId, messages: mentionsIn(books, access) })),
  };
}

function sides<T extends { readonly waits: boolean }, R>(items: readonly T[], shown: (item: T) => R): Sides<R> {
  return {
    all: items.map(shown),
    waiting: items.filter(({ waits }) => waits).map(shown),
    rest: items.filter(({ waits }) => !waits).map(shown),
  };
}

function compare(one: bigint, other: bigint): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function threadsIn(books: Books, access: Membership) {
  const { viewer, logs } = books;
  const { conversationId } = access;
  const own = (logs.get(conversationId) ?? []).filter(({ actorId, type }) => actorId === viewer.userId && type === 'MessageSent');
  return rootsIn(books, conversationId).flatMap((seq) => {
    const takesPart = own.some((entry) => entry.seq === seq || (entry.type === 'MessageSent' && entry.data.threadRootSeq === seq));
    const last = seenMessages(books, access).findLast(({ data }) => data.threadRootSeq === seq);
    if (!takesPart || last === undefined) return [];
    return { conversationId, seq, lastReplySeq: last.seq, at: last.at.getTime(), waits: recountThread(books, access, seq) > 0 };
  });
}

function mentionsIn(books: Books, access: Membership): Sides<number> {
  const { viewer, ledger } = books;
  const after = readUpTo(books, access);
  const standing = seenMessages(books, access).filter(({ actorId, data }) => actorId !== viewer.userId && data.recalledAt === null);
  const mentioning = standing.flatMap(({ seq }) => {
    const rows = ledger
      .mentionsIn(access.conversationId)
      .filter(({ messageSeq, userId }) => messageSeq === seq && (userId === viewer.userId || userId === 0n));
    return rows.length === 0 ? [] : { seq, last: Math.max(...rows.map((row) => row.seq)) };
  });
  const items = mentioning.toSorted((one, other) => other.last - one.last).map(({ seq, last }) => ({ seq, waits: last > after }));
  return sides(items, ({ seq }) => seq);
}
