import type { PostingRows } from '../db/index.ts';
import {
  type ConversationRow,
  conversationRow,
  isActive,
  type MembershipRow,
  membershipRow,
  requireMay,
  sideRows,
} from '../group/index.ts';
import type { Inside } from '../log/index.ts';
import { addressingAtCommit, requireUnsuspended, unwelcome, type Viewer } from '../user/index.ts';
import { senderAtCommit } from './along.ts';
import type { MessageParts } from './parts.ts';
import { noConversation } from './refusal.ts';

/** A conversation in which the viewer may post, as the lock on its stream keeps it. */
export interface Writing {
  readonly access: MembershipRow;
  /** Of a group. */
  readonly row: ConversationRow | null;
  /** The other side of a direct conversation; oneself, where one talks to oneself. */
  readonly peerId: bigint | null;
  /** The other side of a direct conversation that has not been shown to them yet. */
  readonly unaware: MembershipRow | null;
}

/** The same as requireWriting, for who posts: `rows` were read already. Throws FORBIDDEN and MUTED (conversationId) as well. */
export async function requirePosting(
  inside: Inside,
  viewer: Viewer,
  { conversationId, rows: { access, row } }: { readonly conversationId: bigint; readonly rows: Pick<PostingRows, 'access' | 'row'> },
): Promise<Writing> {
  const kind = inside.head(conversationId)?.kind;
  if (kind === 'GROUP') {
    const writing = memberIn(row, access);
    requireMay('POST', { group: writing.row, access: writing.access, now: inside.now }, ['conversationId']);
    return writing;
  }
  return requireWriting(inside, viewer, conversationId);
}

/**
 * Where somebody may say something by all that it does not depend on what: for who holds the sender's row with `rows`, for which a suspension waits. Throws SUSPENDED,
 * what requirePosting does, and BLOCKED, NOT_CONTACTS and FORBIDDEN (conversationId) as requireReach says.
 */
export async function requireAdmitted(
  inside: Inside,
  { db }: Pick<MessageParts, 'db'>,
  viewer: Viewer,
  { conversationId, rows }: { readonly conversationId: bigint; readonly rows: PostingRows },
): Promise<Writing> {
  requireUnsuspended(rows.sender, inside.now);
  const writing = await requirePosting(inside, viewer, { conversationId, rows });
  await requireReachOfHeld(inside, { db }, { writing, field: ['conversationId'] });
  return writing;
}

interface Reaching {
  readonly writing: Pick<Writing, 'access' | 'peerId'>;
  readonly field: readonly string[];
}

/**
 * Throws BLOCKED, NOT_CONTACTS and, where their account is erased, FORBIDDEN (`field`) where the other side of a direct conversation is not to be reached:
 * they see what it shows, and nothing new. To be asked after all else, because it holds the users' rows of both. Groups have rules of their own.
 */
export async function requireReach(inside: Inside, { db }: Pick<MessageParts, 'db'>, reaching: Reaching): Promise<void> {
  if (reaching.writing.peerId === null) return;
  await inside.read(senderAtCommit(db), reaching.writing.access.userId);
  await requireReachOfHeld(inside, { db }, reaching);
}

/** The same, for who holds the viewer's row already: one statement, and in groups none. */
export async function requireReachOfHeld(
  inside: Inside,
  { db }: Pick<MessageParts, 'db'>,
  { writing: { access, peerId }, field }: Reaching,
): Promise<void> {
  if (peerId === null || peerId === access.userId) return;
  const why = await inside.read(addressingAtCommit(db), { fromId: access.userId, toId: peerId });
  if (why !== null) throw unwelcome(why, ...field);
}

/** Throws NOT_FOUND (conversationId) where the viewer has no access, or is not shown the conversation yet. */
export async function requireWriting(inside: Inside, viewer: Viewer, conversationId: bigint): Promise<Writing> {
  const kind = inside.head(conversationId)?.kind;
  if (kind === 'DIRECT') return requireSide(await inside.read(sideRows, conversationId), viewer);
  if (kind === 'GROUP') return requireMember(inside, viewer, conversationId);
  throw noConversation();
}

function requireSide(sides: readonly MembershipRow[], { userId }: Viewer): Writing {
  const access = sides.find((side) => side.userId === userId) ?? null;
  if (!isActive(access) || !access.shown) throw noConversation();
  const peer = sides.find((side) => side.userId !== userId) ?? access;
  return { access, row: null, peerId: peer.userId, unaware: sides.find((side) => !side.shown) ?? null };
}

async function requireMember(inside: Inside, { userId }: Viewer, conversationId: bigint): Promise<Writing> {
  const [row, access] = await Promise.all([
    inside.read(conversationRow, conversationId),
    inside.read(membershipRow, { conversationId, userId }),
  ]);
  return memberIn(row, access);
}

function memberIn(row: ConversationRow | null, access: MembershipRow | null): Writing & { readonly row: ConversationRow } {
  if (row === null || row.dissolvedAt !== null || !isActive(access)) throw noConversation();
  return { access, row, peerId: null, unaware: null };
}
