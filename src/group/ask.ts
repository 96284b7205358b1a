import { ChatError } from '../errors.ts';
import type { Inside, NeedsLocks, Verdict } from '../log/index.ts';
import { answerersOf, lockFor } from './group-admins.ts';
import { requestMade } from './join-request-entries.ts';
import { isWaiting, joinRequestOf, joinRequestRow, putJoinRequest, waitingCount } from './join-request-store.ts';
import type { JoinRequest } from './joining.ts';

/** A request to join a group. */
export interface Asking {
  readonly conversationId: bigint;
  readonly userId: bigint;
  readonly note: string | null;
  /** Maximum number of pending requests of the user (config MAX_JOIN_REQUESTS). */
  readonly limit: number;
  readonly lock: readonly bigint[];
  readonly holds: (streamId: bigint) => boolean;
}

/**
 * Decides on a request to join, which the owner and the admins answer. If one is pending for the requester, it is returned unchanged, even
 * if it was declined silently: the requester must cancel it before asking again. Throws LIMIT_REACHED.
 */
export async function ask(inside: Inside, asking: Asking): Promise<Verdict<JoinRequest> | NeedsLocks> {
  const { conversationId, userId, note, limit } = asking;
  const ref = { conversationId, userId };
  const known = await inside.read(joinRequestRow, ref);
  if (isWaiting(known)) return { result: () => joinRequestOf(known) };
  if ((await inside.read(waitingCount, userId)) >= limit) {
    throw new ChatError('LIMIT_REACHED', `You can have at most ${limit} pending join requests. Cancel one first.`);
  }
  const answerers = await answerersOf(inside, conversationId);
  const relock = lockFor(answerers, asking);
  if (relock !== null) return relock;
  return {
    entries: () => requestMade(ref, answerers),
    write: (tx, { at }) => putJoinRequest(tx, { ...ref, note, createdAt: at }),
    result: ({ at }) => ({ ...ref, note, createdAt: at, open: true }),
  };
}
