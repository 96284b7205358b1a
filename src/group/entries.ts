import type { GroupField, LeaveReason, MemberField, NewEntry, Placed } from '../log/index.ts';

/** An entry and its stream. `actorId`, here and below: the user who acted, or null for an operator. */
export interface Written {
  readonly stream: bigint;
  readonly actorId: bigint | null;
  readonly entry: NewEntry;
}

/** Makes the entry that tells a conversation that a user joined. */
export function memberJoined(conversationId: bigint, actorId: bigint, userId: bigint): Written {
  return { stream: conversationId, actorId, entry: { type: 'MemberJoined', data: { userId } } };
}

/** Makes the entry that tells a conversation that a user's access ends with it. */
export function memberLeft(
  conversationId: bigint,
  actorId: bigint | null,
  { userId, reason }: { userId: bigint; reason: LeaveReason },
): Written {
  return { stream: conversationId, actorId, entry: { type: 'MemberLeft', data: { userId, reason } } };
}

/** Makes the entry that tells a conversation which fields of a membership changed. */
export function memberChanged(
  conversationId: bigint,
  actorId: bigint | null,
  { userId, fields }: { readonly userId: bigint; readonly fields: MemberField[] },
): Written {
  return { stream: conversationId, actorId, entry: { type: 'MemberChanged', data: { userId, fields } } };
}

/** Makes the entry that tells a conversation which fields of its group changed. */
export function groupChanged(conversationId: bigint, actorId: bigint | null, fields: GroupField[]): Written {
  return { stream: conversationId, actorId, entry: { type: 'GroupChanged', data: { fields } } };
}

/**
 * Makes the entry that tells a user's devices to follow a conversation from the entry after `seq`. `fromSeq`: the first seq that the user
 * may read, if it is not that one.
 */
export function conversationOpened(
  userId: bigint,
  actorId: bigint | null,
  data: { conversationId: bigint; seq: number; fromSeq?: number },
): Written {
  return { stream: userId, actorId, entry: { type: 'ConversationOpened', data } };
}

/** Makes the entry that tells a user's devices that private settings of their membership changed. */
export function membershipSettled(userId: bigint, conversationId: bigint): Written {
  return { stream: userId, actorId: userId, entry: { type: 'MembershipSettled', data: { conversationId } } };
}

/** Makes the entry that tells a user's devices that they no longer have access to a conversation. */
export function conversationClosed(userId: bigint, actorId: bigint | null, data: { conversationId: bigint; reason: LeaveReason }): Written {
  return { stream: userId, actorId, entry: { type: 'ConversationClosed', data } };
}

/** Returns the only stream that an act created. */
export function onlyCreated(created: Placed['created']): bigint {
  const [id] = created;
  if (id === undefined) throw new Error('the act created no stream');
  return id;
}
