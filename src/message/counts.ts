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
import type { Conversation, Membership, Sieve } from '../group/index.ts';
import { inTurnsOfEach } from '../turns.ts';
import type { Viewer } from '../user/index.ts';
import type { Message, UnreadTotals } from './message.ts';
import type { MessageParts } from './parts.ts';
import { readMessages } from './store.ts';
import { firstSeen } from './target.ts';

/** A conversation with somebody's access to it. */
export interface Held {
  readonly conversation: Pick<Conversation, 'lastSeq' | 'lastOrdinal'>;
  readonly access: Membership;
}

/** The newest message that each member sees, in order; null where there is none. */
export async function lastMessages(
  { db }: Pick<MessageParts, 'db'>,
  accesses: readonly Membership[],
): Promise<readonly (Message | null)[]> {
  const sights = accesses.map((access) => ({ ...access, firstSeq: firstSeen(access) }));
  const newest = await newestMessages(db.client, sights);
  // Seqs begin at 1: nothing stands at 0.
  return readMessages(
    db.client,
    accesses.map(({ conversationId }, place) => ({ conversationId, seq: newest[place] ?? 0 })),
  );
}

/** As much of an access as what waits follows from. */
type Reading = Pick<Membership, 'conversationId' | 'userId' | 'fromSeq' | 'clearedSeq' | 'readSeq' | 'markedUnreadFromSeq'>;

/** What waits to be read in a conversation: all after the member's marker, or after where they marked it as unread themselves. */
export function stretchOf({
  conversation: { lastSeq, lastOrdinal },
  access,
}: Pick<Held, 'conversation'> & { readonly access: Reading }): Stretch {
  const { conversationId, userId, readSeq, markedUnreadFromSeq } = access;
  const firstSeq = firstSeen(access);
  const read = Math.min(readSeq, (markedUnreadFromSeq ?? Number.POSITIVE_INFINITY) - 1);
  return { conversationId, userId, firstSeq, afterSeq: Math.max(read, firstSeq - 1), lastSeq, lastOrdinal };
}

/** Messages of others that wait to be read, up to the lastSeq of the conversation as it was read, in order. */
export function unreadCounts({ db }: Pick<MessageParts, 'db'>, of: readonly Held[]): Promise<readonly number[]> {
  return countUnread(db.client, of.map(stretchOf));
}

/** Those of them, or of earlier ones that were edited since, that mention the member or everyone. */
export function mentionCounts({ db }: Pick<MessageParts, 'db'>, of: readonly Held[]): Promise<readonly number[]> {
  return countMentions(db.client, of.map(stretchOf));
}

/** Whether something is to wait in a conversation, or nothing; absent: either way. */
export interface Waiting {
  /** Messages of others, or the viewer has marked it as unread. */
  readonly unread?: boolean | undefined;
  readonly mentioned?: boolean | undefined;
}

// Each is up to 400 conversations, some 0.1 s where all of them have new entries: so a user keeps no more than one of the database's connections.
const atOnce = 1;
// An inbox has three or four tabs, and a user some devices that come back together.
const mostWaiting = 32;
// All that may wait, where each takes twice as long as measured.
const longestMs = 8_000;
const retryAfterMs = 2_000;

/** Makes what lets through where it is so, by the counts of above. A user's are asked one after the other; throws UNAVAILABLE where too many of them wait. */
export function createWaitingSieves({ db }: Pick<MessageParts, 'db'>): (viewer: Viewer, what: Waiting) => readonly Sieve[] {
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
      rows.map((row) => stretchOf({ conversation: row, access: { ...row, conversationId: row.id, userId } }));
    const byUnread: Sieve = async (rows) => {
      const counts = await inTurn(userId, () => countUnread(db.client, stretches(rows)));
      return rows.map(({ markedUnreadFromSeq }, place) => ((counts[place] ?? 0) > 0 || markedUnreadFromSeq !== null) === unread);
    };
    const byMentions: Sieve = async (rows) => {
      const counts = await inTurn(userId, () => countMentions(db.client, stretches(rows)));
      return counts.map((count) => count > 0 === mentioned);
    };
    return [...(unread === undefined ? [] : [byUnread]), ...(mentioned === undefined ? [] : [byMentions])];
  };
}

/** Replies of others that wait in threads that the member takes part in, in order. */
export function threadCounts(
  { db }: Pick<MessageParts, 'db'>,
  of: readonly { readonly root: Pick<Message, 'seq'>; readonly access: Membership }[],
): Promise<readonly number[]> {
  return countThreadUnread(
    db.client,
    of.map(({ root, access }) => ({ ...access, rootSeq: root.seq, firstSeq: Math.max(firstSeen(access), access.joinedSeq) })),
  );
}

/** What waits in all that the viewer is shown. */
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
  const stretches = held.map(stretchOf);
  const [unread, mentions, threads] = await Promise.all([
    countUnread(db.client, stretches),
    countMentions(db.client, stretches),
    sumThreadUnread(db.client, viewer.userId),
  ]);
  // Where nobody is to be silent the time decides nothing, and need not be asked for.
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
