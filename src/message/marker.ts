import { type MarkerRaise, raiseMarkers, runOn, type StreamRow, type Tx } from '../db/index.ts';
import { type ConversationRow, conversationRow, isActive, type MembershipRow, membershipRow } from '../group/index.ts';
import { countMarkerMoves } from '../log/index.ts';
import { past } from './hide.ts';
import type { MessageParts } from './parts.ts';
import { noConversation } from './refusal.ts';

/** A place in a conversation up to which the viewer has it. */
export interface Mark {
  readonly conversationId: bigint;
  readonly seq: number;
}

/** A member's mark, before it is known whether it holds. */
export interface Marking extends Mark {
  readonly userId: bigint;
  readonly isRead: boolean;
}

/** What came of a mark: `error`, or what moved. */
export interface Marked {
  readonly error?: Error;
  /** Somebody may be told that it moved. */
  readonly isTold?: boolean;
  /** How often the user's own read markers have moved, this move included; absent: it did not. */
  readonly count?: number;
  /** What the user had marked as unread has been read. */
  readonly endsUnread?: boolean;
}

/** Raises markers in one transaction, and answers what came of each mark, in order. A refusal is one mark's own. */
export function storeMarks(parts: MessageParts, markings: readonly Marking[]): Promise<readonly Marked[]> {
  const { db } = parts;
  return db.transaction(async (tx) => {
    // Only who reads is counted; who reads and what they read must not move meanwhile.
    const readers = [...new Set(markings.flatMap(({ isRead, userId }) => (isRead ? [userId] : [])))];
    const accounts = readers.length === 0 ? [] : (await db.lockStreams(tx, readers)).rows;
    const known = await readKnown(parts, tx, markings);
    const judged = markings.map((marking, place) => judge(marking, known[place]));
    const raises = await reaching(
      tx,
      judged.flatMap((one) => (one instanceof Error || !isKept(parts, one) ? [] : [one])),
    );
    await raiseMarkers(db, tx, raises);
    const moves = new Map<bigint, number>();
    for (const { userId, isRead } of raises) if (isRead) moves.set(userId, (moves.get(userId) ?? 0) + 1);
    const counts = await countMarkerMoves(db, tx, { accounts, moves });
    return answers({ judged, raises, counts, parts });
  });
}

interface Known {
  readonly access: MembershipRow | null;
  readonly row: ConversationRow | null;
  readonly head: Pick<StreamRow, 'lastSeq' | 'lastSenderId' | 'lastMessageSeq' | 'otherMessageSeq'> | undefined;
  readonly isPrivate: boolean;
}

async function readKnown({ log }: MessageParts, tx: Tx, markings: readonly Marking[]): Promise<readonly Known[]> {
  const ids = [...new Set(markings.map(({ conversationId }) => conversationId))];
  // Markers only rise and the log only grows: what is read here stays true until the write.
  const [accesses, rows, heads, hiding] = await Promise.all([
    membershipRow.read(tx, markings),
    conversationRow.read(tx, ids),
    log.heads(ids),
    tx.user.findMany({ where: { id: { in: markings.map(({ userId }) => userId) }, privateMode: true }, select: { id: true } }),
  ]);
  const found = new Map(rows.map((row) => [row?.id, row]));
  const hidden = new Set(hiding.map(({ id }) => id));
  return markings.map(({ conversationId, userId }, place) => ({
    access: accesses[place] ?? null,
    row: found.get(conversationId) ?? null,
    head: heads.get(conversationId),
    isPrivate: hidden.has(userId),
  }));
}

/** A mark that holds. */
interface Held extends Marking {
  readonly known: Known;
  readonly access: MembershipRow;
}

function judge(marking: Marking, known: Known | undefined): Held | Error {
  const access = known?.access ?? null;
  if (known === undefined || !isActive(access) || !access.shown || known.head === undefined || known.row === null) return noConversation();
  return marking.seq > known.head.lastSeq ? past(known.head.lastSeq) : { ...marking, known, access };
}

// In a large group nobody asks what has been delivered to whom; what was read counts for who read it.
function isKept({ config }: MessageParts, { isRead, known }: Held): boolean {
  return isRead || (known.row?.memberCount ?? 0) <= config.receiptMembers;
}

type Raise = MarkerRaise & { readonly isRead: boolean };

/** What is to rise, once for each member: as far as the highest of their marks, and on over what they said themselves. */
async function reaching(tx: Tx, held: readonly Held[]): Promise<readonly Raise[]> {
  const members = [...Map.groupBy(held, ({ conversationId, userId }) => `${conversationId}:${userId}`).values()].flatMap((marks) => {
    const [first] = marks;
    if (first === undefined) return [];
    const { conversationId, userId, access, known } = first;
    const deliveredSeq = Math.max(...marks.map(({ seq }) => seq), access.deliveredSeq);
    const readSeq = Math.max(...marks.map(({ isRead, seq }) => (isRead ? seq : 0)), access.readSeq);
    const rises = deliveredSeq > access.deliveredSeq || readSeq > access.readSeq;
    return rises ? [{ conversationId, userId, deliveredSeq, readSeq, access, lastMessageSeq: known.head?.lastMessageSeq ?? 0 }] : [];
  });
  const open = members.flatMap(({ conversationId, userId, deliveredSeq, readSeq, lastMessageSeq }) =>
    [deliveredSeq, readSeq].map((seq) => ({ conversationId, userId, seq: Math.min(seq, lastMessageSeq) })),
  );
  const ends = members.some(({ readSeq, lastMessageSeq }) => readSeq < lastMessageSeq) ? await runOn(tx, open) : open.map(({ seq }) => seq);
  return members.map(({ conversationId, userId, deliveredSeq, readSeq, access }, place) => ({
    ...{ conversationId, userId },
    deliveredSeq: Math.max(deliveredSeq, ends[2 * place] ?? 0),
    readSeq: Math.max(readSeq, readSeq > access.readSeq ? (ends[2 * place + 1] ?? 0) : 0),
    isRead: readSeq > access.readSeq,
  }));
}

interface Answering {
  readonly judged: readonly (Held | Error)[];
  readonly raises: readonly Raise[];
  readonly counts: ReadonlyMap<bigint, number>;
  readonly parts: MessageParts;
}

// Of several marks of one member the first that moved it tells.
function answers({ judged, raises, counts, parts }: Answering): readonly Marked[] {
  const untold = new Map(raises.map((raise) => [`${raise.conversationId}:${raise.userId}`, raise]));
  const last = new Map(counts);
  const moved = new Map<bigint, Raise[]>();
  for (const raise of raises) if (raise.isRead) moved.set(raise.userId, [...(moved.get(raise.userId) ?? []), raise]);
  return judged.map((one) => {
    if (one instanceof Error) return { error: one };
    const { conversationId, userId, isRead, seq, access, known } = one;
    const key = `${conversationId}:${userId}`;
    const raise = untold.get(key);
    untold.delete(key);
    const { markedUnreadFromSeq } = access;
    const endsUnread = isRead && markedUnreadFromSeq !== null && seq >= markedUnreadFromSeq;
    const isTold = raise !== undefined && !known.isPrivate && (known.row?.memberCount ?? 0) <= parts.config.receiptMembers;
    if (raise === undefined || !raise.isRead) return { isTold, endsUnread };
    const place = (moved.get(userId) ?? []).indexOf(raise);
    const total = moved.get(userId)?.length ?? 1;
    return { isTold, endsUnread, count: (last.get(userId) ?? 0) - (total - 1 - place) };
  });
}
