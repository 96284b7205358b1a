import type { Conversation, Membership } from './conversation.ts';

/** Where a conversation stands in `Groups.list`, as the key that `after` takes: time of the latest activity in ms, then id, both descending. */
export function conversationKey({ lastActivityAt, id }: Pick<Conversation, 'lastActivityAt' | 'id'>): string {
  return `${lastActivityAt.getTime()}:${id}`;
}

/** Where a member stands in `Groups.members`, as the key that `after` takes: the entry with which they came, then their id, both ascending. */
export function memberKey({ joinedSeq, userId }: Pick<Membership, 'joinedSeq' | 'userId'>): string {
  return `${joinedSeq}:${userId}`;
}
