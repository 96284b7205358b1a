import { createHash } from 'node:crypto';
import { ChatError } from '../errors.ts';
import type { SearchRequest } from './search.ts';

/** How far a search has read: all of the conversations before this one in the list, and in this one everything from `seq` on. */
export interface Place {
  readonly conversationId: bigint;
  /** When the conversation was last active, as the viewer's list had it, in ms. 0 if the search is of one conversation. */
  readonly activeAtMs: number;
  readonly seq: number;
}

/** The position from which a search continues. */
export interface Resumed extends Place {
  /** Whether the search had found anything up to this position. */
  readonly found: boolean;
}

// The beginning of a hash identifies a search. It detects mistakes, and is no protection.
const nameLength = 8;

/** Returns a name for a search that depends on what and where it searches, so that its keys differ from those of other searches. */
export function nameOf(
  words: readonly string[],
  { conversationId, senderId, hasAttachments, sentFrom, sentBefore }: Omit<SearchRequest, 'search' | 'first'>,
): string {
  // Options that are absent add nothing to the name, so that the cursors of an earlier release stay valid.
  const attached = hasAttachments === undefined ? [] : [`attachments: ${hasAttachments}`];
  const from = sentFrom === undefined ? [] : [`from: ${sentFrom.getTime()}`];
  const before = sentBefore === undefined ? [] : [`before: ${sentBefore.getTime()}`];
  const asked = [...words, conversationId ?? '', senderId ?? '', ...attached, ...from, ...before];
  return createHash('sha256').update(asked.join('\n')).digest('base64url').slice(0, nameLength);
}

/** Returns the key of a position in a search. */
export function keyOf(name: string, { conversationId, activeAtMs, seq, found }: Resumed): string {
  return [name, activeAtMs, conversationId, seq, Number(found)].join(':');
}

/** Parses a key. Throws ChatError BAD_USER_INPUT (after) if it belongs to another search. */
export function placeOf(name: string, key: string): Resumed {
  const [of, activeAtMs, id = '', seq, found] = key.split(':');
  if (of !== name) throw new ChatError('BAD_USER_INPUT', 'This cursor belongs to another search.', { field: ['after'] });
  return { conversationId: BigInt(id), activeAtMs: Number(activeAtMs), seq: Number(seq), found: found === '1' };
}
