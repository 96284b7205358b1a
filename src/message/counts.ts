import {
  countMentions,
  countThreadUnread,
  countUnread,
  newestMessages,
  type ShownRow,
  type Stretch,
  sumThreadUnread,
} from '../db/index.ts';
import { OverloadError } from '../errors.ts';
import type { Conversation, ConversationFilter, Membership } from '../group/index.ts';
import { inTurnsOfEach } from '../turns.ts';
import type { Viewer } from '../user/index.ts';
import type { Message, UnreadTotals, UpTo } from './message.ts';
import type { MessageParts } from './parts.ts';
import { maxSeq, readMessages } from './store.ts';
import { firstSeen } from './target.ts';

/** A conversation, and a member's access to it. */
export interface Held {
  readonly conversation: Pick<Conversation, 'lastSeq' | 'lastOrdinal'>;
  readonly access: Membership;
}

/** Returns the newest message that each member sees, in the order asked for; null if there is none. */
export async function lastMessages(
  { db }: Pick<MessageParts, 'db'>,
  accesses: readonly (Membership & UpTo)[],
): Promise<readonly (Message | null)[]> {
  const sights = accesses.map((access) => ({ ...access, firstSeq: firstSeen(access), lastSeq: access.upTo ?? maxSeq }));
  const newest = await newestMessages(db.client, sights);
  // Seqs start at 1, so a ref with seq 0 finds no message.
  return readMessages(
    db.client,
    accesses.map(({ conversationId }, place) => ({ conversationId, seq: newest[place] ?? 0 })),
  );
}

/** The fields of an access that unread counts depend on. */
type Reading = Pick<Membership, 'conversationId' | 'userId' | 'fromSeq' | 'clearedSeq' | 'readSeq' | 'markedUnreadFromSeq'>;

/**
 * Returns the unread range of a conversation: everything after the member's read marker, or from where they marked the conversation as
 * unread, whichever is earlier.
 */
export function unreadRange({
  conversation: { lastSeq, lastOrdinal },
  access,
}: Pick<Held, 'conversation'> & { readonly access: Reading }): Stretch {
  const { conversationId, userId, readSeq, markedUnreadFromSeq } = access;
  const firstSeq = firstSeen(access);
  const read = Math.min(readSeq, (markedUnreadFromSeq ?? Number.POSITIVE_INFINITY) - 1);
  return { conversationId, userId, firstSeq, afterSeq: Math.max(read, firstSeq - 1), lastSeq, lastOrdinal };
}

/** Returns the number of unread messages from others, up to the lastSeq of the given conversation, in the order asked for. */
export function unreadCounts({ db }: Pick<MessageParts, 'db'>, of: readonly Held[]): Promise<readonly number[]> {
  return countUnread(db.client, of.map(unreadRange));
}

/**
 * Returns the number of mentions of the member or of everyone in the unread range, in the order asked for. An edit of an earlier message
 * counts if it adds the mention there.
 */
export function mentionCounts({ db }: Pick<MessageParts, 'db'>, of: readonly Held[]): Promise<readonly number[]> {
  return countMentions(db.client, of.map(unreadRange));
}

/** A filter on conversations by what is unread. True: something is; false: nothing is; absent: no filter. */
export interface Waiting {
  /** Unread messages from others, or a conversation that the viewer has marked as unread. */
  readonly unread?: boolean | undefined;
  readonly mentioned?: boolean | undefined;
}

// One sieve call counts up to 400 conversations, which takes some 0.1 s if all of them have new entries. With 1, a user occupies at most
// one connection to the database.
const atOnce = 1;
// Enough for an inbox with three or four tabs, on a few devices that reconnect together.
const mostWaiting = 32;
// Enough for a full queue if each call takes twice as long as measured.
const longestMs = 8_000;
const retryAfterMs = 2_000;

/**
 * Makes the sieves that filter conversations by the counts above. The calls of one user run one after the other. A sieve throws UNAVAILABLE
 * if too many of them are waiting.
 */
export function createWaitingSieves({ db }: Pick<MessageParts, 'db'>): (viewer: Viewer, what: Waiting) => readonly ConversationFilter[] {
  const inTurn = inTurnsOfEach<bigint>({
    ...{ atOnce, waiting: mostWaiting, longestMs },
    refusal: () =>
      new OverloadError(
        'You have too many pending requests for lists of unread conversations. Wait for one of them to finish.',
        retryAfterMs,
      ),
  });
  return ({ userId }, { unread, mentioned }) => {
    const stretches = (rows: readonly ShownRow[]) =>
      rows.map((row) => unreadRange({ conversation: row, access: { ...row, conversationId: row.id, userId } }));
    const byUnread: ConversationFilter = async (rows) => {
      const counts = await inTurn(userId, () => countUnread(db.client, stretches(rows)));
      return rows.map(({ markedUnreadFromSeq }, place) => ((counts[place] ?? 0) > 0 || markedUnreadFromSeq !== null) === unread);
    };
    const byMentions: ConversationFilter = async (rows) => {
      const counts = await inTurn(userId, () => countMentions(db.client, stretches(rows)));
      return counts.map((count) => count > 0 === mentioned);
    };
    return [...(unread === undefined ? [] : [byUnread]), ...(mentioned === undefined ? [] : [byMentions])];
  };
}

/** Returns the number of unread replies from others in threads that the member takes part in, in the order asked for. */
export function threadCounts(
  { db }: Pick<MessageParts, 'db'>,
  of: readonly { readonly root: Pick<Message, 'seq'>; readonly access: Membership }[],
): Promise<readonly number[]> {
  return countThreadUnread(
    db.client,
    of.map(({ root, access }) => ({ ...access, rootSeq: root.seq, firstSeq: Math.max(firstSeen(access), access.joinedSeq) })),
  );
}

/** Returns the unread totals over all conversations shown to the viewer. */
export async function unreadTotals(
  { db, log, groups }: Pick<MessageParts, 'db' | 'log' | 'groups'>,
  viewer: Viewer,
): Promise<UnreadTotals> {
  const accesses = await groups.shown(viewer);
  const heads = await log.heads(accesses.map(({ conversationId }) => conversationId));
  const held = accesses.flatMap((access) => {
    const conversation = heads.get(access.conversationId);
    return conversation === undefined ? [] : [{ conversation, access }];
  });
  const stretches = held.map(unreadRange);
  const [unread, mentions, threads] = await Promise.all([
    countUnread(db.client, stretches),
    countMentions(db.client, stretches),
    sumThreadUnread(db.client, viewer.userId),
  ]);
  // The time matters only if a conversation has a silentUntil. Otherwise the query is saved.
  const now = accesses.some(({ silentUntil }) => silentUntil !== null) ? await db.now() : new Date(0);
  const waiting = unread.filter((count, place) => count > 0 || (mentions[place] ?? 0) > 0);
  const told = held.map(({ access }, place) => toldOf(access, { unread: unread[place] ?? 0, mentions: mentions[place] ?? 0, now }));
  return { messages: sum(unread), mentions: sum(mentions), conversations: waiting.length, threads, badge: sum(told) };
}

function toldOf(
  { archived, notificationLevel, silentUntil }: Membership,
  { unread, mentions, now }: { readonly unread: number; readonly mentions: number; readonly now: Date },
): number {
  if (archived || notificationLevel === 'NONE' || (silentUntil !== null && silentUntil > now)) return 0;
  return notificationLevel === 'MENTIONS' ? mentions : unread;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
