import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { conversationRow, isActive, type MembershipRow, membershipRow } from '../group/index.ts';
import { cancelJob, leaveJob } from '../jobs/index.ts';
import type { Inside, NewEntry } from '../log/index.ts';
import { noConversation } from '../message/index.ts';
import { accountGone, userRow, type Viewer } from '../user/index.ts';
import type { OwnPlace } from './store.ts';

// Whose clock is further ahead is refused at most other places of the web as well.
const maxAheadMs = 86_400_000;

/** The key (Append.keys) of what is decided on a user's drafts: of one user one such act a commit. */
export function draftsKey({ userId }: Pick<Viewer, 'userId'>): string {
  return `drafts of ${userId}`;
}

/** Throws INVALID_INPUT (writtenAt): so far ahead that nothing could be saved after it for long. */
export function requireWritten(writtenAt: Date, now: Date): void {
  if (writtenAt <= latestWritten(now)) return;
  throw new ChatError(
    'INVALID_INPUT',
    'writtenAt is more than a day in the future. Correct the device’s clock, or use the time of the server’s last answer.',
    {
      field: ['writtenAt'],
    },
  );
}

/** What was written later than this is not saved. */
export function latestWritten(now: Date): Date {
  return new Date(now.getTime() + maxAheadMs);
}

/**
 * The viewer's part in a conversation that they see. Its stream is not held, for whom each pause of each member would keep waiting who speaks there: what is left for somebody who is out at this moment is of
 * a stay that is over, and in nobody's sight. Throws NOT_FOUND (conversationId; without a field where their account is erased).
 */
export async function requirePart(inside: Inside, { userId }: Viewer, conversationId: bigint): Promise<MembershipRow> {
  const [user, row, access] = await Promise.all([
    inside.read(userRow, userId),
    inside.read(conversationRow, conversationId),
    inside.read(membershipRow, { conversationId, userId }),
  ]);
  if (user?.state !== 'ACTIVE') throw accountGone();
  if (row === null || row.dissolvedAt !== null || !isActive(access) || !access.shown) throw noConversation();
  return access;
}

/** Tells its user's devices that a draft is otherwise. */
export function draftChanged({ userId, conversationId, threadRootSeq }: OwnPlace) {
  const entry: NewEntry = { type: 'DraftChanged', data: { conversationId, threadRootSeq } };
  return { stream: userId, actorId: userId, entry };
}

function jobKey({ userId, conversationId, threadRootSeq }: OwnPlace): string {
  return `${userId}:${conversationId}:${threadRootSeq}`;
}

/** Has a user's devices told of a draft at a time. */
export function leaveUntold(tx: Tx, { userId, conversationId, threadRootSeq }: OwnPlace, dueAt: Date): Promise<void> {
  const data = { userId, conversationId, threadRootSeq };
  return leaveJob(tx, { kind: 'DraftUntold', key: jobKey(data), data, dueAt });
}

/** Takes that back: they are told, or there is nothing to tell. */
export function cancelUntold(tx: Tx, place: OwnPlace): Promise<void> {
  return cancelJob(tx, 'DraftUntold', jobKey(place));
}
