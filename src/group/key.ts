import type { Conversation, Membership } from './conversation.ts';

/** The key of a conversation in `Groups.list`: time of the latest activity in ms, then id, both descending. */
export function conversationKey({ lastActivityAt, id }: Pick<Conversation, 'lastActivityAt' | 'id'>): string {
  return `${lastActivityAt.getTime()}:${id}`;
}

/** The key of a member in `Groups.members`: joinedSeq, then user id, both ascending. */
export function memberKey({ joinedSeq, userId }: Pick<Membership, 'joinedSeq' | 'userId'>): string {
  return `${joinedSeq}:${userId}`;
}
