import type { GroupField, LeaveReason, MemberField, NewEntry, Placed } from '../log/index.ts';

/** An entry and the stream it stands on. `actorId`, here and below: who did it; null: nobody among the members, but an operator. */
export interface Written {
  readonly stream: bigint;
  readonly actorId: bigint | null;
  readonly entry: NewEntry;
}

/** Tells a conversation that a user joined. */
export function memberJoined(conversationId: bigint, actorId: bigint, userId: bigint): Written {
  return { stream: conversationId, actorId, entry: { type: 'MemberJoined', data: { userId } } };
}

/** Tells a conversation that a user's access ends here. */
export function memberLeft(
  conversationId: bigint,
  actorId: bigint | null,
  { userId, reason }: { userId: bigint; reason: LeaveReason },
): Written {
  return { stream: conversationId, actorId, entry: { type: 'MemberLeft', data: { userId, reason } } };
}

/** Tells a conversation what of a user's part in it was changed. */
export function memberChanged(
  conversationId: bigint,
  actorId: bigint | null,
  { userId, fields }: { readonly userId: bigint; readonly fields: MemberField[] },
): Written {
  return { stream: conversationId, actorId, entry: { type: 'MemberChanged', data: { userId, fields } } };
}

/** Tells a conversation what of its group was changed. */
export function groupChanged(conversationId: bigint, actorId: bigint | null, fields: GroupField[]): Written {
  return { stream: conversationId, actorId, entry: { type: 'GroupChanged', data: { fields } } };
}

/**
 * Tells a user's devices that a conversation is theirs from here on, and to follow it from the entry after `seq`; `fromSeq`: the first that they may read, where it
 * is not that one.
 */
export function conversationOpened(
  userId: bigint,
  actorId: bigint | null,
  data: { conversationId: bigint; seq: number; fromSeq?: number },
): Written {
  return { stream: userId, actorId, entry: { type: 'ConversationOpened', data } };
}

/** Tells a user's devices that something of their own part in a conversation was settled, which only they know of. */
export function membershipSettled(userId: bigint, conversationId: bigint): Written {
  return { stream: userId, actorId: userId, entry: { type: 'MembershipSettled', data: { conversationId } } };
}

/** Tells a user's devices that a conversation is theirs no more. */
export function conversationClosed(userId: bigint, actorId: bigint | null, data: { conversationId: bigint; reason: LeaveReason }): Written {
  return { stream: userId, actorId, entry: { type: 'ConversationClosed', data } };
}

/** The one stream that an act created. */
export function onlyCreated(created: Placed['created']): bigint {
  const [id] = created;
  if (id === undefined) throw new Error('the act created no stream');
  return id;
}
