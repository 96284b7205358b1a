import { extendMarkers, type MarkerRaise, raiseMarkers, type StreamRow, type Tx } from '../db/index.ts';
import { type ConversationRow, conversationRow, isActive, type MembershipRow, membershipRow } from '../group/index.ts';
import { countMarkerMoves, newestByOther, readHeads } from '../log/index.ts';
import type { MessageParts } from './parts.ts';
import { noConversation } from './refusal.ts';
import { past } from './shape.ts';

/** A position in a conversation that the viewer has received or read up to. */
export interface Mark {
  readonly conversationId: bigint;
  readonly seq: number;
}

/** A member's mark that has not been checked yet. */
export interface Marking extends Mark {
  readonly userId: bigint;
  /** True: read; false: delivered. */
  readonly isRead: boolean;
}

/** The effect of a mark. If several marks of a batch move the same marker, only the first reports the move. */
export interface Moved {
  /**
   * Who is told of the move: `all` members; `own`, only the member's own devices, if others are shown a frozen marker because of a block;
   * or `nobody`.
   */
  readonly told: 'all' | 'own' | 'nobody';
  /** The number of moves of the user's read markers so far, including this one. Absent if the read marker did not move. */
  readonly count?: number;
  /** Whether the user has read what they had marked as unread. */
  readonly endsUnread: boolean;
}

/** The outcome of a mark. `busy`: another transaction has locked the user's account, and the mark was not looked at. */
export type Outcome = { readonly moved: Moved } | { readonly refused: Error } | 'busy';

/**
 * Raises markers in one transaction, and returns the outcome of each mark, in order. A refusal concerns one mark only. With `leaveBusy`,
 * accounts that another transaction has locked are not waited for. Any other error concerns the whole batch, and nothing is stored.
 */
export function storeMarks(
  parts: MessageParts,
  markings: readonly Marking[],
  { leaveBusy }: { readonly leaveBusy: boolean },
): Promise<readonly Outcome[]> {
  const { db } = parts;
  return db.transaction(async (tx) => {
    // Only read marks are counted, on the account of the reader, so only these accounts are locked.
    const readers = [...new Set(markings.flatMap(({ isRead, userId }) => (isRead ? [userId] : [])))];
    const accounts = readers.length === 0 ? [] : (await db.lockStreams(tx, readers, { leaveBusy })).rows;
    const held = new Set(accounts.map(({ id }) => id));
    const known = await readKnown(tx, markings);
    const judged = markings.map((marking, place) => {
      return marking.isRead && leaveBusy && !held.has(marking.userId) ? 'busy' : checkMark(marking, known[place]);
    });
    const raises = risen(judged.flatMap((one) => (isHolding(one) && isKept(parts, one) ? [one] : [])));
    await raiseMarkers(db, tx, raises);
    // From here on the rows of these members are locked, and nobody else moves their markers. A concurrent message of such a member is
    // either seen here, or finds the raised markers.
    await raiseMarkers(db, tx, await furtherOn(tx, raises));
    const counts = await countMarkerMoves(db, tx, { accounts, moves: countByUser(raises) });
    return answers(parts, { judged, raises, counts });
  });
}

interface Known {
  readonly access: MembershipRow | null;
  readonly row: ConversationRow | null;
  readonly lastSeq: number | undefined;
  readonly isPrivate: boolean;
}

async function readKnown(tx: Tx, markings: readonly Marking[]): Promise<readonly Known[]> {
  const ids = [...new Set(markings.map(({ conversationId }) => conversationId))];
  const userIds = [...new Set(markings.map(({ userId }) => userId))];
  // Read without locks. Markers only rise and the log only grows, so what is read here still holds at the write. The write skips members
  // who have left meanwhile.
  const [accesses, rows, heads, hiding] = await Promise.all([
    membershipRow.read(tx, markings),
    conversationRow.read(tx, ids),
    readHeads(tx, ids),
    tx.user.findMany({ where: { id: { in: userIds }, privateMode: true }, select: { id: true } }),
  ]);
  const found = new Map(rows.map((row) => [row?.id, row]));
  const hidden = new Set(hiding.map(({ id }) => id));
  return markings.map(({ conversationId, userId }, place) => ({
    access: accesses[place] ?? null,
    row: found.get(conversationId) ?? null,
    lastSeq: heads.get(conversationId)?.lastSeq,
    isPrivate: hidden.has(userId),
  }));
}

/** A valid mark. */
interface Held extends Marking {
  readonly access: MembershipRow;
  readonly memberCount: number;
  readonly isPrivate: boolean;
}

type Judged = Held | Error | 'busy';

function isHolding(one: Judged): one is Held {
  return one !== 'busy' && !(one instanceof Error);
}

function checkMark(marking: Marking, known: Known | undefined): Held | Error {
  const { access = null, row = null, lastSeq, isPrivate = false } = known ?? {};
  if (!isActive(access) || !access.shown || lastSeq === undefined || row === null || row.dissolvedAt !== null) return noConversation();
  return marking.seq > lastSeq ? past(lastSeq) : { ...marking, access, memberCount: row.memberCount, isPrivate };
}

// Groups above RECEIPT_MEMBERS have no receipts, so delivered marks are not stored there. Read marks are, because unread counts need them.
function isKept({ config }: MessageParts, { isRead, memberCount }: Held): boolean {
  return isRead || memberCount <= config.receiptMembers;
}

interface Raise extends MarkerRaise {
  readonly isRead: boolean;
}

function memberOf({ conversationId, userId }: { readonly conversationId: bigint; readonly userId: bigint }): string {
  return `${conversationId}:${userId}`;
}

/** Returns the markers that rise, one item for each member: up to the highest of their marks. */
function risen(held: readonly Held[]): readonly Raise[] {
  return [...Map.groupBy(held, memberOf).values()].flatMap((marks) => {
    const [first] = marks;
    if (first === undefined) return [];
    const { conversationId, userId, access } = first;
    const deliveredSeq = Math.max(access.deliveredSeq, ...marks.map(({ seq }) => seq));
    const readSeq = Math.max(access.readSeq, ...marks.map(({ isRead, seq }) => (isRead ? seq : 0)));
    const isRead = readSeq > access.readSeq;
    return isRead || deliveredSeq > access.deliveredSeq ? [{ conversationId, userId, deliveredSeq, readSeq, isRead, onlyFrom: 0 }] : [];
  });
}

/**
 * Returns the markers that rise further, over messages that the members themselves sent right after. So the lowest marker of all members
 * tells what all others have.
 */
export async function furtherOn(tx: Tx, raises: readonly MarkerRaise[]): Promise<readonly MarkerRaise[]> {
  if (raises.length === 0) return [];
  const heads = await readHeads(tx, [...new Set(raises.map(({ conversationId }) => conversationId))]);
  const places = raises.flatMap(({ conversationId, userId, deliveredSeq, readSeq }) =>
    [deliveredSeq, readSeq].map((seq) => ({ conversationId, userId, seq })),
  );
  // Almost always everything is read, and then the stream's row is enough.
  const between = places.filter(({ conversationId, userId, seq }) => !hasAllOfOthers(heads.get(conversationId), { userId, seq }));
  const ends = new Map((await extendMarkers(tx, between)).map((seq, place) => [between[place], seq]));
  const reached = places.map((place) => ends.get(place) ?? Math.max(place.seq, ownEnd(heads.get(place.conversationId), place.userId)));
  return raises.flatMap((raise, place) => {
    const further = { ...raise, deliveredSeq: reached[2 * place] ?? 0, readSeq: reached[2 * place + 1] ?? 0 };
    return further.deliveredSeq > raise.deliveredSeq || further.readSeq > raise.readSeq ? [further] : [];
  });
}

function hasAllOfOthers(head: StreamRow | undefined, { userId, seq }: { readonly userId: bigint; readonly seq: number }): boolean {
  return head !== undefined && seq >= newestByOther(head, userId);
}

/** The seq of the newest message if this user sent it, otherwise 0. */
function ownEnd(head: StreamRow | undefined, userId: bigint): number {
  return head?.lastSenderId === userId ? head.lastMessageSeq : 0;
}

function countByUser(raises: readonly Raise[]): ReadonlyMap<bigint, number> {
  const moves = new Map<bigint, number>();
  for (const { userId, isRead } of raises) if (isRead) moves.set(userId, (moves.get(userId) ?? 0) + 1);
  return moves;
}

interface Stored {
  readonly judged: readonly Judged[];
  readonly raises: readonly Raise[];
  /** The number of moves so far, for each user whose read markers moved. */
  readonly counts: ReadonlyMap<bigint, number>;
}

function answers({ config }: MessageParts, { judged, raises, counts }: Stored): readonly Outcome[] {
  const untold = new Map(raises.map((raise) => [memberOf(raise), raise]));
  const left = new Map(countByUser(raises));

  /** Returns the number of the user's next move, in the order of the answers. */
  function nextCount(userId: bigint): number {
    const after = (left.get(userId) ?? 1) - 1;
    left.set(userId, after);
    return (counts.get(userId) ?? 0) - after;
  }

  return judged.map((one) => {
    if (one === 'busy') return one;
    if (one instanceof Error) return { refused: one };
    const { userId, isRead, seq, access, memberCount, isPrivate } = one;
    const raise = untold.get(memberOf(one));
    untold.delete(memberOf(one));
    const { markedUnreadFromSeq, shownReadSeq: frozen } = access;
    return {
      moved: {
        told: raise === undefined || isPrivate || memberCount > config.receiptMembers ? 'nobody' : frozen === null ? 'all' : 'own',
        ...(raise?.isRead && { count: nextCount(userId) }),
        endsUnread: isRead && markedUnreadFromSeq !== null && seq >= markedUnreadFromSeq,
      },
    };
  });
}
