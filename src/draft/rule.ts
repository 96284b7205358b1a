import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { conversationRow, isActive, type MembershipRow, membershipRow } from '../group/index.ts';
import { cancelJob, putJob } from '../jobs/index.ts';
import type { Inside, NewEntry } from '../log/index.ts';
import { noConversation } from '../message/index.ts';
import { accountGone, userRow, type Viewer } from '../user/index.ts';
import { type DraftRow, deleteOldEnds, endCount, type OwnPlace, putDraft } from './store.ts';

// More drafts than a user ends while one of their devices is away with a save that it has not sent. As many again may come before rows are
// deleted, so that it is seldom done.
const keptEnds = 1_000;
// A device whose clock is further ahead has trouble with most other sites too.
const maxAheadMs = 86_400_000;

/** The key (Append.keys) for decisions on a user's drafts. Allows one such act of a user in a commit. */
export function draftsKey({ userId }: Pick<Viewer, 'userId'>): string {
  return `drafts of ${userId}`;
}

/** Throws INVALID_INPUT (writtenAt) if the time is so far ahead that later saves would be ignored for long. */
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

/** Returns the latest accepted `writtenAt`. */
export function latestWritten(now: Date): Date {
  return new Date(now.getTime() + maxAheadMs);
}

/**
 * Returns the viewer's membership in a conversation that they see. Throws NOT_FOUND (conversationId; without a field if the viewer's
 * account is erased).
 *
 * The conversation's stream is not locked: every pause in typing of every member would delay those who send there. If the viewer is removed
 * at this very moment, the draft belongs to a membership that is over, and nobody sees it.
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

/**
 * Returns what inserts a row, or updates the one before. Where a row comes to too many without a draft, the oldest of those are deleted:
 * they count towards no limit, and a user could leave one for each message of a conversation.
 */
export async function putting(inside: Inside, row: DraftRow, before: DraftRow | null): Promise<(tx: Tx) => Promise<void>> {
  const { userId } = row;
  const isCrowded = before === null && (await inside.read(endCount, userId)) >= 2 * keptEnds;
  return async (tx) => {
    if (isCrowded) await deleteOldEnds(tx, userId, keptEnds);
    await putDraft(tx, row, before);
  };
}

/** Tells the user's devices that a draft has changed. */
export function draftChanged({ userId, conversationId, threadRootSeq }: OwnPlace) {
  const entry: NewEntry = { type: 'DraftChanged', data: { conversationId, threadRootSeq } };
  return { stream: userId, actorId: userId, entry };
}

function jobKey({ userId, conversationId, threadRootSeq }: OwnPlace): string {
  return `${userId}:${conversationId}:${threadRootSeq}`;
}

/** Leaves a job that tells the user's devices of a draft at `dueAt`. */
export function scheduleDraftEvent(tx: Tx, { userId, conversationId, threadRootSeq }: OwnPlace, dueAt: Date): Promise<void> {
  const data = { userId, conversationId, threadRootSeq };
  return putJob(tx, { kind: 'DraftUntold', key: jobKey(data), data, dueAt });
}

/** Cancels that job, if there is one: the devices have been told, or there is nothing to tell. */
export function cancelDraftEvent(tx: Tx, place: OwnPlace): Promise<void> {
  return cancelJob(tx, 'DraftUntold', jobKey(place));
}
