import type { Tx } from '../db/index.ts';
import type { Inside, NeedsLocks } from '../log/index.ts';
import { type Arrival, arrivalEntries, storeArrival } from './arrival.ts';
import type { Written } from './entries.ts';
import { answerersOf, lockFor } from './group-admins.ts';
import { requestsEnded } from './join-request-entries.ts';
import { isOpen, isWaiting, joinRequestRow, settleJoinRequests } from './join-request-store.ts';

/** What an act logs and stores to admit users to a group. */
export interface Admission {
  readonly entries: readonly Written[];
  readonly write: (tx: Tx, at: Date) => Promise<void>;
}

interface Letting extends Arrival {
  /** The user who admits the joiners, or the joiner. */
  readonly actorId: bigint;
  readonly lock: readonly bigint[];
  readonly holds: (streamId: bigint) => boolean;
}

/**
 * Admits users whom the caller has checked. Their join requests to this group are settled, however they join. The owner and the admins, who
 * would have answered, are told as well.
 */
export async function admit(inside: Inside, letting: Letting): Promise<Admission | NeedsLocks> {
  const { group, joiners, actorId } = letting;
  const conversationId = group.row.id;
  const found = await Promise.all(joiners.map(({ userId }) => inside.read(joinRequestRow, { conversationId, userId })));
  const requests = found.filter(isWaiting);
  const answerers = requests.some(isOpen) ? await answerersOf(inside, conversationId) : [];
  const relock = lockFor(answerers, letting);
  if (relock !== null) return relock;
  return {
    entries: [...arrivalEntries(letting, actorId), ...requestsEnded(requests, { actorId, accepted: true, answerers })],
    async write(tx, at) {
      await storeArrival(tx, letting, at);
      await settleJoinRequests(tx, { conversationId, userIds: requests.map(({ userId }) => userId) }, 'JOINED');
    },
  };
}
