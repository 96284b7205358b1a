import type { Membership } from '../../src/group/index.ts';
import type { MessageRef } from '../../src/message/index.ts';
import { expectedInThread, readUpTo, rootsIn, type Sources, seenMessages } from './expected-counts.ts';

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
export function expectedLists(sources: Sources): Lists {
  const threads = sources.accesses
    .flatMap((access) => threadsIn(sources, access))
    .toSorted((one, other) => other.at - one.at || compare(other.conversationId, one.conversationId) || other.seq - one.seq);
  return {
    threads: sides(threads, ({ conversationId, seq, lastReplySeq }) => ({ conversationId, seq, lastReplySeq })),
    mentions: sources.accesses.map((access) => ({ conversationId: access.conversationId, messages: mentionsIn(sources, access) })),
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

function threadsIn(sources: Sources, access: Membership) {
  const { viewer, logs } = sources;
  const { conversationId } = access;
  const own = (logs.get(conversationId) ?? []).filter(({ actorId, type }) => actorId === viewer.userId && type === 'MessageSent');
  return rootsIn(sources, conversationId).flatMap((seq) => {
    const takesPart = own.some((entry) => entry.seq === seq || (entry.type === 'MessageSent' && entry.data.threadRootSeq === seq));
    const last = seenMessages(sources, access).findLast(({ data }) => data.threadRootSeq === seq);
    if (!takesPart || last === undefined) return [];
    return { conversationId, seq, lastReplySeq: last.seq, at: last.at.getTime(), waits: expectedInThread(sources, access, seq) > 0 };
  });
}

function mentionsIn(sources: Sources, access: Membership): Sides<number> {
  const { viewer, unlogged } = sources;
  const after = readUpTo(sources, access);
  const standing = seenMessages(sources, access).filter(({ actorId, data }) => actorId !== viewer.userId && data.recalledAt === null);
  const mentioning = standing.flatMap(({ seq }) => {
    const rows = unlogged
      .mentionsIn(access.conversationId)
      .filter(({ messageSeq, userId }) => messageSeq === seq && (userId === viewer.userId || userId === 0n));
    return rows.length === 0 ? [] : { seq, last: Math.max(...rows.map((row) => row.seq)) };
  });
  const items = mentioning.toSorted((one, other) => other.last - one.last).map(({ seq, last }) => ({ seq, waits: last > after }));
  return sides(items, ({ seq }) => seq);
}
