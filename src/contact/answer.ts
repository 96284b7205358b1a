import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { cancelJob, putJob } from '../jobs/index.ts';
import type { Inside, Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import type { Contact, ContactRequestRef } from './contact.ts';
import { requestClosed, requestWithdrawn } from './entries.ts';
import { contactRow, requestRow } from './facts.ts';
import type { ContactParts } from './parts.ts';
import { type ContactRequestRow, contactOf, endRequest, isContact, putContacts, requestRefKey, settleRequest, waitsFor } from './store.ts';

type Parts = Pick<ContactParts, 'log'>;

/** Returns the verdict that accepts a request: the two become contacts, and a job sends the first message. */
export function accept(row: ContactRequestRow, accepterId: bigint): Verdict<Contact> {
  const { fromId, toId, message } = row;
  const ref = { fromId, toId };
  return {
    entries: () => [requestClosed(toId, accepterId, ref), requestClosed(fromId, accepterId, ref)],
    async write(tx, { at }) {
      await settleRequest(tx, ref, { fromState: 'ACCEPTED', toState: 'ACCEPTED' });
      await cancelJob(tx, 'ContactRequestExpired', requestRefKey(ref));
      await putContacts(tx, fromId, toId, at);
      if (message !== null) await leaveFirstMessage(tx, ref, at);
    },
    result: ({ at }) => ({ userId: toId, otherId: fromId, alias: null, since: at }),
  };
}

/** Leaves a job that sends the first message of an accepted request. */
export async function leaveFirstMessage(tx: Tx, ref: ContactRequestRef, dueAt: Date): Promise<void> {
  await putJob(tx, { kind: 'FirstMessage', key: requestRefKey(ref), data: ref, dueAt });
}

/**
 * Accepts or declines a request to the viewer. The sender of the request does not learn that it is declined. Throws the errors that
 * Contacts.answer names.
 */
export async function answerRequest(
  { log }: Parts,
  viewer: Viewer,
  { ref, accept: willing }: { readonly ref: ContactRequestRef; readonly accept: boolean },
): Promise<Contact | null> {
  const { userId } = viewer;
  requireSide(ref, userId);
  return log.append<Contact | null>({
    lock: [ref.fromId, ref.toId],
    async decide(inside): Promise<Verdict<Contact | null>> {
      const row = await inside.read(requestRow, ref);
      if (row === null) throw noRequest();
      if (ref.toId !== userId)
        throw notTheirs(row, userId, 'Only the user who received this request can answer it. To withdraw it, cancel it.');
      if (row.toState !== 'PENDING') return answeredAlready(inside, row, willing);
      return willing ? accept(row, userId) : decline(ref);
    },
  });
}

function decline(ref: ContactRequestRef): Verdict<null> {
  return {
    entries: () => [requestClosed(ref.toId, ref.toId, ref)],
    write: (tx) => settleRequest(tx, ref, { toState: 'DECLINED' }),
    result: () => null,
  };
}

/** Repeating the same answer has no effect. Any other answer is too late. */
async function answeredAlready(inside: Inside, row: ContactRequestRow, willing: boolean): Promise<Verdict<Contact | null>> {
  if (!willing && row.toState === 'DECLINED') return { result: () => null };
  const contact = await inside.read(contactRow, { userId: row.toId, otherId: row.fromId });
  if (willing && row.toState === 'ACCEPTED' && isContact(contact)) return { result: () => contactOf(contact) };
  throw noRequest();
}

/** Withdraws the viewer's own request. A user who had declined it is not told. Throws the errors that Contacts.cancel names. */
export async function cancelRequest({ log }: Parts, { userId }: Viewer, ref: ContactRequestRef): Promise<void> {
  requireSide(ref, userId);
  return log.append<void>({
    lock: [ref.fromId, ref.toId],
    async decide(inside): Promise<Verdict<void>> {
      const row = await inside.read(requestRow, ref);
      if (row === null) throw noRequest();
      if (ref.fromId !== userId)
        throw notTheirs(row, userId, 'Only the user who sent this request can cancel it. To decline it, answer it.');
      if (row.fromState === 'CANCELLED') return { result: () => undefined };
      if (row.fromState !== 'PENDING') throw noRequest();
      const seen = row.toState === 'PENDING';
      return {
        entries: () => [requestClosed(userId, userId, ref), ...(seen ? [requestWithdrawn(ref)] : [])],
        write: (tx) => endRequest(tx, ref, { fromState: 'CANCELLED', ...(seen && { toState: 'CANCELLED' }) }),
        result: () => undefined,
      };
    },
  });
}

function requireSide({ fromId, toId }: ContactRequestRef, userId: bigint): void {
  if (fromId === toId || (fromId !== userId && toId !== userId)) throw noRequest();
}

function notTheirs(row: ContactRequestRow, userId: bigint, message: string): ChatError {
  return waitsFor(row, userId) ? new ChatError('FORBIDDEN', message, { field: ['requestId'] }) : noRequest();
}

function noRequest(): ChatError {
  return new ChatError('NOT_FOUND', 'Request not found.', { field: ['requestId'] });
}
