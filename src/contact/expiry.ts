import type { Tx } from '../db/index.ts';
import { putJob } from '../jobs/index.ts';
import type { Verdict } from '../log/index.ts';
import type { ContactRequest, ContactRequestRef } from './contact.ts';
import { requestClosed, requestWithdrawn } from './entries.ts';
import { requestRow } from './facts.ts';
import type { ContactParts } from './parts.ts';
import { endRequest, requestRefKey } from './store.ts';

type Parts = Pick<ContactParts, 'log' | 'config'>;

const dayMs = 86_400_000;

/** Returns when a request expires that is not answered. */
export function overAtOf({ createdAt }: Pick<ContactRequest, 'createdAt'>, { contactRequestDays }: Parts['config']): Date {
  return new Date(createdAt.getTime() + contactRequestDays * dayMs);
}

/** Leaves a job that ends a request at that time. */
export async function leaveExpiry(tx: Tx, { fromId, toId }: ContactRequestRef, dueAt: Date): Promise<void> {
  const ref = { fromId, toId };
  await putJob(tx, { kind: 'ContactRequestExpired', key: requestRefKey(ref), data: ref, dueAt });
}

/**
 * Ends an expired request for its sender, and for its receiver if it is still pending there. Throws the errors that Contacts.expire names.
 */
export async function expireRequest({ log, config }: Parts, ref: ContactRequestRef): Promise<void> {
  const { fromId, toId } = ref;
  return log.append<void>({
    lock: [fromId, toId],
    async decide(inside): Promise<Verdict<void>> {
      const row = await inside.read(requestRow, ref);
      if (row?.fromState !== 'PENDING') return { result: () => undefined };
      const overAt = overAtOf(row, config);
      // The configured days were fewer when the request was sent, or the clock was set back.
      if (inside.now < overAt) return { write: (tx) => leaveExpiry(tx, ref, overAt), result: () => undefined };
      const seen = row.toState === 'PENDING';
      return {
        entries: () => [requestClosed(fromId, fromId, ref), ...(seen ? [requestWithdrawn(ref)] : [])],
        write: (tx) => endRequest(tx, ref, { fromState: 'EXPIRED', ...(seen && { toState: 'EXPIRED' }) }),
        result: () => undefined,
      };
    },
  });
}
