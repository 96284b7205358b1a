import type { Entry, HiddenEntry, KnownEntry } from './entry.ts';

/** True for the entry with which a user's access to the conversation ends: it and all after it are not for them (I4). */
export function endsAccess(entry: Entry, userId: bigint): boolean {
  return entry.type === 'MemberLeft' && (entry.data.userId === userId || entry.data.reason === 'DISSOLVED');
}

/** True for an entry that may change what somebody may see, or follows: only such are looked at for each listener. */
export function changesAccess({ type }: Entry): boolean {
  return type === 'MemberLeft' || type === 'ConversationOpened';
}

const hidden = new WeakMap<Entry, HiddenEntry>();

/**
 * An entry as somebody sees it who may read from `fromSeq` on: what happens to an earlier message is not for them, and only its place counts. The
 * same entry gives the very same object each time.
 */
export function seenFrom(entry: Entry, fromSeq: number): Entry {
  if (entry.data === null || !('messageSeq' in entry.data) || entry.data.messageSeq >= fromSeq) return entry;
  const { streamId, seq, at } = entry;
  const known = hidden.get(entry) ?? { streamId, seq, at, actorId: null, type: 'Hidden', data: null };
  hidden.set(entry, known);
  return known;
}

const recalled = new WeakMap<Entry, KnownEntry<'MessageSent'>>();

/** What is left of a message once it was taken back at a time. The same entry gives the very same object each time. */
export function recalledMessage(entry: KnownEntry<'MessageSent'>, recalledAt: Date): KnownEntry<'MessageSent'> {
  if (entry.data.recalledAt !== null) return entry;
  const said = { text: '', attachments: [], data: null, poll: null, mentionIds: [], mentionsEveryone: false, origin: null };
  const known = recalled.get(entry) ?? { ...entry, data: { ...entry.data, ...said, hasReactions: false, pinnedAt: null, recalledAt } };
  recalled.set(entry, known);
  return known;
}
