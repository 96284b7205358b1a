import type { Tx } from '../db/index.ts';
import type { Inside, Relock } from '../log/index.ts';
import { type Arrival, arrivalEntries, storeArrival } from './arrival.ts';
import type { Written } from './entries.ts';
import { requestsEnded } from './join-request-entries.ts';
import { isOpen, isWaiting, joinRequestRow, settleJoinRequests } from './join-request-store.ts';
import { lockFor, runners } from './runner.ts';

/** What users do who come into a group, ready to be logged and stored. */
export interface Admission {
  readonly entries: readonly Written[];
  readonly write: (tx: Tx, at: Date) => Promise<void>;
}

interface Letting extends Arrival {
  /** Who lets them in, or comes. */
  readonly actorId: bigint;
  readonly lock: readonly bigint[];
  readonly holds: (streamId: bigint) => boolean;
}

/**
 * Lets users into a group, whom the caller has found to be free to come. Requests of theirs to join it are settled by that, whichever way they came: those who would
 * have answered are told too.
 */
export async function admit(inside: Inside, letting: Letting): Promise<Admission | Relock> {
  const { group, joiners, actorId } = letting;
  const conversationId = group.row.id;
  const found = await Promise.all(joiners.map(({ userId }) => inside.read(joinRequestRow, { conversationId, userId })));
  const requests = found.filter(isWaiting);
  const answerers = requests.some(isOpen) ? (await inside.read(runners, conversationId)).map(({ userId }) => userId) : [];
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
