import type { Entry } from './entry.ts';

/** True for the entry with which a user's access to the conversation ends: it and all after it are not for them (I4). */
export function endsAccess(entry: Entry, userId: bigint): boolean {
  return entry.type === 'MemberLeft' && (entry.data.userId === userId || entry.data.reason === 'DISSOLVED');
}

/** True for an entry that may change what somebody may see, or follows: only such are looked at for each listener. */
export function changesAccess({ type }: Entry): boolean {
  return type === 'MemberLeft' || type === 'ConversationOpened';
}
