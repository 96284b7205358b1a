import type { Membership } from '../../src/group/index.ts';
import type { Entry, KnownEntry } from '../../src/log/index.ts';
import type { UnreadTotals } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';

/** A user's unread counts in a conversation. */
export interface Waiting {
  readonly conversationId: bigint;
  readonly unread: number;
  readonly mentions: number;
  /** Unread replies of each thread, by the seq of its root. */
  readonly threads: Readonly<Record<number, number>>;
}

/** All unread counts of a user: in each conversation that is shown to them, by id, and in total. */
export interface Counts {
  readonly conversations: readonly Waiting[];
  readonly totals: UnreadTotals;
}

/** A mention, with its entry. User 0 is everyone. */
interface Mention {
  readonly conversationId: bigint;
  readonly messageSeq: number;
  readonly userId: bigint;
  readonly seq: number;
  readonly byId: bigint;
}

/** The mentions of a message. */
export interface Mentioning {
  readonly conversationId: bigint;
  readonly seq: number;
  readonly senderId: bigint;
  readonly mentionIds: readonly bigint[];
  readonly mentionsEveryone: boolean;
}

/** What the log does not contain: the entry of each mention, and from where a user has marked a conversation as unread. */
export class Unlogged {
  #mentions: Mention[] = [];
  readonly #unreadFrom = new Map<string, number>();

  /** Sets the mentions of a message. New ones count from the entry that sent or edited it. */
  mentions({ conversationId, seq: messageSeq, senderId: byId, mentionIds, mentionsEveryone }: Mentioning, seq: number): void {
    const now = new Set([...mentionIds, ...(mentionsEveryone ? [0n] : [])]);
    const others = this.#mentions.filter((one) => one.conversationId !== conversationId || one.messageSeq !== messageSeq);
    const kept = this.#mentions.filter((one) => !others.includes(one) && now.has(one.userId));
    const fresh = [...now].filter((userId) => !kept.some((one) => one.userId === userId));
    this.#mentions = [...others, ...kept, ...fresh.map((userId) => ({ conversationId, messageSeq, userId, seq, byId }))];
  }

  markedUnread(viewer: Viewer, conversationId: bigint, fromSeq: number): void {
    this.#unreadFrom.set(key(viewer, conversationId), fromSeq);
  }

  read(viewer: Viewer, conversationId: bigint, seq: number): void {
    if (seq >= this.unreadFrom(viewer, conversationId)) this.joined(viewer, conversationId);
  }

  joined(viewer: Viewer, conversationId: bigint): void {
    this.#unreadFrom.delete(key(viewer, conversationId));
  }

  unreadFrom(viewer: Viewer, conversationId: bigint): number {
    return this.#unreadFrom.get(key(viewer, conversationId)) ?? Number.POSITIVE_INFINITY;
  }

  mentionsIn(conversationId: bigint): readonly Mention[] {
    return this.#mentions.filter((one) => one.conversationId === conversationId);
  }
}

function key({ userId }: Viewer, conversationId: bigint): string {
  return `${conversationId}:${userId}`;
}

/** What the counts are computed from. */
export interface Sources {
  readonly viewer: Viewer;
  /** The viewer's membership in each conversation that is shown to them. */
  readonly accesses: readonly Membership[];
  /** The whole log of the viewer's account. */
  readonly account: readonly Entry[];
  /** The whole log of each conversation. */
  readonly logs: ReadonlyMap<bigint, readonly Entry[]>;
  readonly unlogged: Unlogged;
}

/** The messages that a viewer sees of a conversation, oldest first. */
export function seenMessages({ account, logs }: Sources, { conversationId, fromSeq }: Membership): readonly KnownEntry<'MessageSent'>[] {
  const cleared = account.flatMap(({ type, data }) =>
    type === 'ConversationCleared' && data.conversationId === conversationId ? [data.clearedSeq] : [],
  );
  const hidden = account.flatMap(({ type, data }) =>
    type === 'MessageHidden' && data.conversationId === conversationId ? [data.messageSeq] : [],
  );
  const log = logs.get(conversationId) ?? [];
  const trimmed = log.flatMap(({ type, data }) => (type === 'HistoryTrimmed' ? [data.untilSeq] : []));
  const from = Math.max(fromSeq, ...[...cleared, ...trimmed].map((seq) => seq + 1));
  return log.flatMap((entry) => (entry.type === 'MessageSent' && entry.seq >= from && !hidden.includes(entry.seq) ? [entry] : []));
}

/** Computes a viewer's unread counts, entry by entry. */
export function expectedCounts(sources: Sources): Counts {
  const conversations = sources.accesses.map((access) => expectedIn(sources, access));
  const all = (of: (one: Waiting) => number) => conversations.reduce((sum, one) => sum + of(one), 0);
  return {
    conversations,
    totals: {
      messages: all(({ unread }) => unread),
      mentions: all(({ mentions }) => mentions),
      conversations: conversations.filter(({ unread, mentions }) => unread + mentions > 0).length,
      threads: all(({ threads }) => Object.values(threads).reduce((sum, count) => sum + count, 0)),
      badge: all(({ conversationId, unread, mentions }) => {
        const access = sources.accesses.find((one) => one.conversationId === conversationId);
        const { archived, notificationLevel, silentUntil = null } = access ?? {};
        if (archived || (silentUntil !== null && silentUntil.getTime() > Date.now())) return 0;
        return { ALL: unread, MENTIONS: mentions, NONE: 0 }[notificationLevel ?? 'NONE'];
      }),
    },
  };
}

function expectedIn(sources: Sources, access: Membership): Waiting {
  const { viewer, unlogged } = sources;
  const { conversationId } = access;
  const after = readUpTo(sources, access);
  const theirs = seenMessages(sources, access).filter(({ actorId }) => actorId !== viewer.userId);
  const mentions = unlogged
    .mentionsIn(conversationId)
    .filter(({ userId, byId, seq }) => (userId === viewer.userId || userId === 0n) && byId !== viewer.userId && seq > after);
  const standing = theirs.filter(({ data }) => data.recalledAt === null);
  return {
    conversationId,
    unread: theirs.filter(({ seq }) => seq > after).length,
    mentions: standing.filter(({ seq }) => mentions.some(({ messageSeq }) => messageSeq === seq)).length,
    threads: Object.fromEntries(rootsIn(sources, conversationId).map((rootSeq) => [rootSeq, expectedInThread(sources, access, rootSeq)])),
  };
}

/** The seq up to which a viewer has read a conversation and not marked it as unread. */
export function readUpTo({ viewer, unlogged }: Pick<Sources, 'viewer' | 'unlogged'>, { conversationId, readSeq }: Membership): number {
  return Math.min(readSeq, unlogged.unreadFrom(viewer, conversationId) - 1);
}

/** The roots of the threads of a conversation, whoever sees them. */
export function rootsIn({ logs }: Pick<Sources, 'logs'>, conversationId: bigint): readonly number[] {
  const replied = (logs.get(conversationId) ?? []).flatMap(({ type, data }) => (type === 'MessageSent' ? [data.threadRootSeq] : []));
  return [...new Set(replied)].filter((seq) => seq !== null).toSorted((one, other) => one - other);
}

/** A viewer's number of unread replies of a thread. */
export function expectedInThread(sources: Sources, access: Membership, rootSeq: number): number {
  const { viewer, account, logs } = sources;
  const { conversationId, joinedSeq } = access;
  const log = logs.get(conversationId) ?? [];
  const own = log.filter(({ actorId, type }) => actorId === viewer.userId && type === 'MessageSent');
  const replied = own.flatMap(({ seq, type, data }) => (type === 'MessageSent' && data.threadRootSeq === rootSeq ? [seq] : []));
  if (replied.length === 0 && !own.some(({ seq }) => seq === rootSeq)) return 0;
  const read = account.flatMap(({ type, data }) =>
    type === 'ThreadRead' && data.conversationId === conversationId && data.rootSeq === rootSeq ? [data.readSeq] : [],
  );
  // Messages from before the viewer joined are not unread, even if visible.
  const after = Math.max(joinedSeq - 1, ...replied, ...read);
  return seenMessages(sources, access).filter(
    ({ actorId, seq, data }) => actorId !== viewer.userId && seq > after && data.threadRootSeq === rootSeq,
  ).length;
}
