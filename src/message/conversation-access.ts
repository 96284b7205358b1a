import { addressingAtCommit, addressingError } from '../contact/index.ts';
import type { SenderMembership, SendRows } from '../db/index.ts';
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
import { accountGone, requireUnsuspended, type Viewer } from '../user/index.ts';
import { senderAtCommit } from './along.ts';
import type { MessageParts } from './parts.ts';
import { noConversation } from './refusal.ts';

/** The viewer's access to a conversation, read under the lock on its stream. */
export interface ConversationAccess<A = MembershipRow> {
  readonly access: A;
  /** The group's row; null in a direct conversation. */
  readonly row: ConversationRow | null;
  /** The other side of a direct conversation, or the viewer if it is with themselves; null in a group. */
  readonly peerId: bigint | null;
  /** The side of a direct conversation to whom it is not shown yet; null if it is shown to both. */
  readonly unaware: MembershipRow | null;
}

/** A sender's access to a conversation. */
export type SenderAccess = ConversationAccess<SenderMembership>;

/**
 * Like `requireAccess`, for posting: takes `rows` that were read already. Also throws FORBIDDEN and MUTED (conversationId) if the viewer
 * may not post.
 */
export async function requirePosting(
  inside: Inside,
  viewer: Viewer,
  { conversationId, rows: { access, row } }: { readonly conversationId: bigint; readonly rows: Pick<SendRows, 'access' | 'row'> },
): Promise<SenderAccess> {
  const head = inside.head(conversationId);
  if (head?.kind !== 'GROUP') return requireAccess(inside, viewer, conversationId);
  const writing = memberIn(row, access);
  requireMay('POST', { group: writing.row, access: writing.access, now: inside.now }, ['conversationId']);
  // Nobody may refer to what the conversation does not keep.
  const keptFrom = head.floorSeq + 1;
  return writing.access.fromSeq >= keptFrom ? writing : { ...writing, access: { ...writing.access, fromSeq: keptFrom } };
}

/**
 * Throws unless the viewer may send something there, whatever it is. Reading `rows` has locked the sender's row, so a suspension or an
 * erasure waits for the commit. Throws NOT_FOUND (without a field) if the viewer's account is erased, SUSPENDED, what requirePosting
 * throws, and BLOCKED, NOT_CONTACTS and FORBIDDEN (conversationId) as in requireReach.
 */
export async function requireMaySend(
  inside: Inside,
  { db }: Pick<MessageParts, 'db'>,
  viewer: Viewer,
  { conversationId, rows }: { readonly conversationId: bigint; readonly rows: SendRows },
): Promise<SenderAccess> {
  // The memberships of an erased account end some time later, by a job.
  if (rows.sender?.erased) throw accountGone();
  requireUnsuspended(rows.sender, inside.now);
  const writing = await requirePosting(inside, viewer, { conversationId, rows });
  await requireReachOfHeld(inside, { db }, { writing, field: ['conversationId'] });
  return writing;
}

interface Reaching {
  readonly writing: Pick<SenderAccess, 'access' | 'peerId'>;
  readonly field: readonly string[];
}

/**
 * Throws if the other side of a direct conversation cannot be reached: BLOCKED, NOT_CONTACTS, or FORBIDDEN if their account is erased
 * (`field`). They still see the conversation, but nothing new. Call it after all other checks, because it locks the rows of both users.
 * Groups have rules of their own.
 */
export async function requireReach(inside: Inside, { db }: Pick<MessageParts, 'db'>, reaching: Reaching): Promise<void> {
  if (reaching.writing.peerId === null) return;
  await inside.read(senderAtCommit(db), reaching.writing.access.userId);
  await requireReachOfHeld(inside, { db }, reaching);
}

/** Like `requireReach`, if the viewer's row is already locked. One statement; none in groups. */
export async function requireReachOfHeld(
  inside: Inside,
  { db }: Pick<MessageParts, 'db'>,
  { writing: { access, peerId }, field }: Reaching,
): Promise<void> {
  if (peerId === null || peerId === access.userId) return;
  const why = await inside.read(addressingAtCommit(db), { fromId: access.userId, toId: peerId });
  if (why !== null) throw addressingError(why, ...field);
}

/** Returns the viewer's access. Throws NOT_FOUND (conversationId) if there is none, or the conversation is not shown to them yet. */
export async function requireAccess(inside: Inside, viewer: Viewer, conversationId: bigint): Promise<ConversationAccess> {
  const kind = inside.head(conversationId)?.kind;
  if (kind === 'DIRECT') return requireSide(await inside.read(sideRows, conversationId), viewer);
  if (kind === 'GROUP') return requireMember(inside, viewer, conversationId);
  throw noConversation();
}

function requireSide(sides: readonly MembershipRow[], { userId }: Viewer): ConversationAccess {
  const access = sides.find((side) => side.userId === userId) ?? null;
  if (!isActive(access) || !access.shown) throw noConversation();
  const peer = sides.find((side) => side.userId !== userId) ?? access;
  return { access, row: null, peerId: peer.userId, unaware: sides.find((side) => !side.shown) ?? null };
}

async function requireMember(inside: Inside, { userId }: Viewer, conversationId: bigint): Promise<ConversationAccess> {
  const [row, access] = await Promise.all([
    inside.read(conversationRow, conversationId),
    inside.read(membershipRow, { conversationId, userId }),
  ]);
  return memberIn(row, access);
}

function memberIn<A extends Pick<MembershipRow, 'state'>>(
  row: ConversationRow | null,
  access: A | null,
): ConversationAccess<A> & { readonly row: ConversationRow } {
  if (row === null || row.dissolvedAt !== null || !isActive(access)) throw noConversation();
  return { access, row, peerId: null, unaware: null };
}
