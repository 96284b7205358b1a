import type { MembershipRef } from './conversation.ts';
import type { Written } from './entries.ts';
import { isOpen, type JoinRequestRow } from './join-request-store.ts';

/** Tells who asks, on all their devices, and those who answer. */
export function requestMade({ conversationId, userId }: MembershipRef, answerers: readonly bigint[]): readonly Written[] {
  const data = { conversationId, userId };
  return [
    { stream: userId, actorId: userId, entry: { type: 'JoinRequestSent', data } },
    ...answerers.map((stream) => ({ stream, actorId: userId, entry: { type: 'JoinRequestReceived' as const, data } })),
  ];
}

/** Tells an account that a request does not wait any more, because of what `actorId` did. */
export function requestClosed(
  stream: bigint,
  actorId: bigint | null,
  { conversationId, userId, accepted }: MembershipRef & { readonly accepted: boolean },
): Written {
  return { stream, actorId, entry: { type: 'JoinRequestClosed', data: { conversationId, userId, accepted } } };
}

/** Tells of requests that end for both sides: who asked, and those who answer where it waited in their eyes. */
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
