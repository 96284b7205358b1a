import { ChatError } from '../errors.ts';
import type { Inside, Verdict } from '../log/index.ts';
import type { Contact, ContactRequest, ContactRequestRef, Contacts, Requested } from './contact.ts';
import { requestClosed, requestMade, requestWithdrawn } from './contact-entries.ts';
import { contactRow, requestRow } from './contact-facts.ts';
import {
  type ContactRequestRow,
  contactOf,
  isContact,
  putContacts,
  putRequest,
  requestOf,
  settleRequest,
  waitsFor,
} from './contact-store.ts';
import { userRow } from './facts.ts';
import type { UserParts } from './parts.ts';
import { requireNote } from './shape.ts';
import type { Viewer } from './user.ts';

type Parts = Pick<UserParts, 'log'>;

/** Asks a user to become a contact. Throws as Contacts.request says. */
export async function requestContact({ log }: Parts, viewer: Viewer, options: Parameters<Contacts['request']>[1]): Promise<Requested> {
  const ref = { fromId: viewer.userId, toId: options.userId };
  if (ref.fromId === ref.toId) throw new ChatError('INVALID_INPUT', 'You cannot be a contact of your own.', { field: ['userId'] });
  const note = requireNote(options.note);
  return log.append<Requested>({
    lock: [ref.fromId, ref.toId],
    async decide(inside): Promise<Verdict<Requested>> {
      const [other, contact, asked, askedBack] = await Promise.all([
        inside.read(userRow, ref.toId),
        inside.read(contactRow, { userId: ref.fromId, otherId: ref.toId }),
        inside.read(requestRow, ref),
        inside.read(requestRow, { fromId: ref.toId, toId: ref.fromId }),
      ]);
      if (other?.state !== 'ACTIVE') throw new ChatError('NOT_FOUND', 'There is no such user.', { field: ['userId'] });
      if (isContact(contact)) throw new ChatError('CONFLICT', 'They are a contact of yours already.', { field: ['userId'] });
      if (asked?.fromState === 'PENDING') return { result: () => ({ request: requestOf(asked), contact: null }) };
      // Also if the viewer had declined: the other's request stands for as long as they let it, and both want the same.
      if (askedBack?.fromState === 'PENDING') {
        const { result, ...accepting } = accept(askedBack, ref.fromId);
        return { ...accepting, result: (placed) => ({ request: null, contact: result(placed) }) };
      }
      return ask(ref, note);
    },
  });
}

function ask(ref: ContactRequestRef, note: string | null): Verdict<Requested> {
  function asOf(createdAt: Date): ContactRequest {
    return { ...ref, note, createdAt };
  }
  return {
    entries: () => requestMade(ref),
    write: (tx, { at }) => putRequest(tx, asOf(at)),
    result: ({ at }) => ({ request: asOf(at), contact: null }),
  };
}

function accept(ref: ContactRequestRef, accepterId: bigint): Verdict<Contact> {
  const { fromId, toId } = ref;
  return {
    entries: () => [requestClosed(toId, accepterId, ref), requestClosed(fromId, accepterId, ref)],
    async write(tx, { at }) {
      await settleRequest(tx, ref, { fromState: 'ACCEPTED', toState: 'ACCEPTED' });
      await putContacts(tx, fromId, toId, at);
    },
    result: ({ at }) => ({ userId: toId, otherId: fromId, alias: null, since: at }),
  };
}

/** Accepts or declines a request to the viewer; who declines does so for themselves alone. Throws as Contacts.answer says. */
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
      if (ref.toId !== userId) throw notTheirs(row, userId, 'Only who was asked can answer this request. To take it back, cancel it.');
      if (row.toState !== 'PENDING') return answeredAlready(inside, row, willing);
      return willing ? accept(ref, userId) : decline(ref);
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

/** The same answer again is no error; any other comes too late. */
async function answeredAlready(inside: Inside, row: ContactRequestRow, willing: boolean): Promise<Verdict<Contact | null>> {
  if (!willing && row.toState === 'DECLINED') return { result: () => null };
  const contact = await inside.read(contactRow, { userId: row.toId, otherId: row.fromId });
  if (willing && row.toState === 'ACCEPTED' && isContact(contact)) return { result: () => contactOf(contact) };
  throw noRequest();
}

/** Takes the viewer's own request back. Who had declined it is told nothing. Throws as Contacts.cancel says. */
export async function cancelRequest({ log }: Parts, { userId }: Viewer, ref: ContactRequestRef): Promise<void> {
  requireSide(ref, userId);
  return log.append<void>({
    lock: [ref.fromId, ref.toId],
    async decide(inside): Promise<Verdict<void>> {
      const row = await inside.read(requestRow, ref);
      if (row === null) throw noRequest();
      if (ref.fromId !== userId) throw notTheirs(row, userId, 'Only who asked can cancel this request. To refuse it, answer it.');
      if (row.fromState === 'CANCELLED') return { result: () => undefined };
      if (row.fromState !== 'PENDING') throw noRequest();
      const seen = row.toState === 'PENDING';
      return {
        entries: () => [requestClosed(userId, userId, ref), ...(seen ? [requestWithdrawn(ref)] : [])],
        write: (tx) => settleRequest(tx, ref, { fromState: 'CANCELLED', ...(seen && { toState: 'CANCELLED' }) }),
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
  return new ChatError('NOT_FOUND', 'There is no such request for you.', { field: ['requestId'] });
}
