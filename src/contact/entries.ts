import type { NewEntry } from '../log/index.ts';
import type { ContactRequestRef } from './contact.ts';

/** An entry, and the account stream to which it is appended. */
export interface AccountEntry {
  readonly stream: bigint;
  readonly actorId: bigint;
  readonly entry: NewEntry;
}

/** Creates the entry that tells the devices of the sender that a request was sent. */
export function requestSent({ fromId, toId }: ContactRequestRef): AccountEntry {
  return { stream: fromId, actorId: fromId, entry: { type: 'ContactRequestSent', data: { fromId, toId } } };
}

/** Creates the entry that tells the receiver of a request. */
export function requestReceived({ fromId, toId }: ContactRequestRef): AccountEntry {
  return { stream: toId, actorId: fromId, entry: { type: 'ContactRequestReceived', data: { fromId, toId } } };
}

/** Creates the entry that tells an account that a request is no longer pending, because of an act of `actorId`. */
export function requestClosed(stream: bigint, actorId: bigint, { fromId, toId }: ContactRequestRef): AccountEntry {
  return { stream, actorId, entry: { type: 'ContactRequestClosed', data: { fromId, toId } } };
}

/** Creates the entry that tells the receiver that a request was withdrawn. */
export function requestWithdrawn({ fromId, toId }: ContactRequestRef): AccountEntry {
  return { stream: toId, actorId: fromId, entry: { type: 'ContactRequestWithdrawn', data: { fromId, toId } } };
}

/** Creates the entry that tells a user's devices that they have blocked or unblocked somebody. */
export function blockChanged(userId: bigint, data: { readonly otherId: bigint; readonly blocked: boolean }): AccountEntry {
  return { stream: userId, actorId: userId, entry: { type: 'BlockChanged', data } };
}

/** Creates the entry that tells an account that one of its contacts has changed or ended. */
export function contactChanged(stream: bigint, actorId: bigint, otherId: bigint): AccountEntry {
  return { stream, actorId, entry: { type: 'ContactChanged', data: { otherId } } };
}
