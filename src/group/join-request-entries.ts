import type { MembershipRef } from './conversation.ts';
import type { Written } from './entries.ts';
import { isOpen, type JoinRequestRow } from './join-request-store.ts';

/** Makes the entries for a new request: for the requester's account and for those that may answer. */
export function requestMade({ conversationId, userId }: MembershipRef, answerers: readonly bigint[]): readonly Written[] {
  const data = { conversationId, userId };
  return [
    { stream: userId, actorId: userId, entry: { type: 'JoinRequestSent', data } },
    ...answerers.map((stream) => ({ stream, actorId: userId, entry: { type: 'JoinRequestReceived' as const, data } })),
  ];
}

/** Makes the entry that tells an account that a request is no longer pending, because of what `actorId` did. */
export function requestClosed(
  stream: bigint,
  actorId: bigint | null,
  { conversationId, userId, accepted }: MembershipRef & { readonly accepted: boolean },
): Written {
  return { stream, actorId, entry: { type: 'JoinRequestClosed', data: { conversationId, userId, accepted } } };
}

/** Makes the entries for requests that end for both sides: for the requester, and for those that may answer if it was open for them. */
export function requestsEnded(
  rows: readonly JoinRequestRow[],
  { actorId, accepted, answerers }: { readonly actorId: bigint | null; readonly accepted: boolean; readonly answerers: readonly bigint[] },
): readonly Written[] {
  return rows.flatMap((row) => {
    const { conversationId, userId } = row;
    const accounts = [...(isOpen(row) ? answerers : []), userId];
    return accounts.map((stream) => requestClosed(stream, actorId, { conversationId, userId, accepted }));
  });
}
