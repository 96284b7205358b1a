import type { NewEntry } from '../log/index.ts';
import type { ContactRequestRef } from './contact.ts';

/** An entry and the account it stands on. */
export interface AccountEntry {
  readonly stream: bigint;
  readonly actorId: bigint;
  readonly entry: NewEntry;
}

/** Tells who asks, on all their devices. */
export function requestSent({ fromId, toId }: ContactRequestRef): AccountEntry {
  return { stream: fromId, actorId: fromId, entry: { type: 'ContactRequestSent', data: { fromId, toId } } };
}

/** Tells who is asked. */
export function requestReceived({ fromId, toId }: ContactRequestRef): AccountEntry {
  return { stream: toId, actorId: fromId, entry: { type: 'ContactRequestReceived', data: { fromId, toId } } };
}

/** Tells an account that a request does not wait any more, because of what `actorId` did. */
export function requestClosed(stream: bigint, actorId: bigint, { fromId, toId }: ContactRequestRef): AccountEntry {
  return { stream, actorId, entry: { type: 'ContactRequestClosed', data: { fromId, toId } } };
}

/** Tells who was asked that the request was taken back. */
export function requestWithdrawn({ fromId, toId }: ContactRequestRef): AccountEntry {
  return { stream: toId, actorId: fromId, entry: { type: 'ContactRequestWithdrawn', data: { fromId, toId } } };
}

/** Tells a user's devices that they have blocked somebody, or do so no more. */
export function blockChanged(userId: bigint, data: { readonly otherId: bigint; readonly blocked: boolean }): AccountEntry {
  return { stream: userId, actorId: userId, entry: { type: 'BlockChanged', data } };
}

/** Tells an account that a contact of theirs is another or none any more. */
export function contactChanged(stream: bigint, actorId: bigint, otherId: bigint): AccountEntry {
  return { stream, actorId, entry: { type: 'ContactChanged', data: { otherId } } };
}
