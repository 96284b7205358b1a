import type { Entry, HiddenEntry, KnownEntry } from './entry.ts';

/** Whether this entry ends the user's access to the conversation. This entry and later ones are not for them (I4). */
export function endsAccess(entry: Entry, userId: bigint): boolean {
  return entry.type === 'MemberLeft' && (entry.data.userId === userId || entry.data.reason === 'DISSOLVED');
}

/** Whether this entry may change what a user may see or follows. Only such entries are examined for each listener. */
export function changesAccess({ type }: Entry): boolean {
  return type === 'MemberLeft' || type === 'ConversationOpened';
}

const hidden = new WeakMap<Entry, HiddenEntry>();

/**
 * Returns the entry as seen by a user who may read from `fromSeq`: an event of an earlier message becomes Hidden, where only the
 * position counts. Repeated calls with the same entry return the same object.
 */
export function seenFrom(entry: Entry, fromSeq: number): Entry {
  if (entry.data === null || !('messageSeq' in entry.data) || entry.data.messageSeq >= fromSeq) return entry;
  const { streamId, seq, at } = entry;
  const known = hidden.get(entry) ?? { streamId, seq, at, actorId: null, type: 'Hidden', data: null };
  hidden.set(entry, known);
  return known;
}

const recalled = new WeakMap<Entry, KnownEntry<'MessageSent'>>();

/** Returns what is left of a message that was recalled at this time. Repeated calls with the same entry return the same object. */
export function recalledMessage(entry: KnownEntry<'MessageSent'>, recalledAt: Date): KnownEntry<'MessageSent'> {
  if (entry.data.recalledAt !== null) return entry;
  const said = { text: '', attachments: [], data: null, poll: null, mentionIds: [], mentionsEveryone: false, origin: null };
  const known = recalled.get(entry) ?? { ...entry, data: { ...entry.data, ...said, hasReactions: false, pinnedAt: null, recalledAt } };
  recalled.set(entry, known);
  return known;
}
