import { createHash } from 'node:crypto';
import { ChatError } from '../errors.ts';
import type { SearchRequest } from './search.ts';

/** How far a search has read: all of the conversations before this one in the list, and of it what stands at `seq` or after. */
export interface Place {
  readonly conversationId: bigint;
  /** When it was active last, as it stood in the viewer's list, in ms; 0 where the search is of one conversation. */
  readonly activeAtMs: number;
  readonly seq: number;
}

/** Where a search goes on. */
export interface Resumed extends Place {
  /** Whether something was found up to there. */
  readonly found: boolean;
}

// A search is told from another by the beginning of a hash: it is there to find mistakes, and keeps nobody out.
const nameLength = 8;

/** Names a search by what it looks for and where, so that a key of one is told from those of others. */
export function nameOf(
  words: readonly string[],
  { conversationId, senderId, hasAttachments, sentFrom, sentBefore }: Omit<SearchRequest, 'search' | 'first'>,
): string {
  // What is not asked for is not named: so cursors of an earlier release go on.
  const attached = hasAttachments === undefined ? [] : [`attachments: ${hasAttachments}`];
  const from = sentFrom === undefined ? [] : [`from: ${sentFrom.getTime()}`];
  const before = sentBefore === undefined ? [] : [`before: ${sentBefore.getTime()}`];
  const asked = [...words, conversationId ?? '', senderId ?? '', ...attached, ...from, ...before];
  return createHash('sha256').update(asked.join('\n')).digest('base64url').slice(0, nameLength);
}

/** The key of a place in a search. */
export function keyOf(name: string, { conversationId, activeAtMs, seq, found }: Resumed): string {
  return [name, activeAtMs, conversationId, seq, Number(found)].join(':');
}

/** Reads a key back. Throws BAD_USER_INPUT (after) for one of another search. */
export function placeOf(name: string, key: string): Resumed {
  const [of, activeAtMs, id = '', seq, found] = key.split(':');
  if (of !== name) throw new ChatError('BAD_USER_INPUT', 'This cursor belongs to another search.', { field: ['after'] });
  return { conversationId: BigInt(id), activeAtMs: Number(activeAtMs), seq: Number(seq), found: found === '1' };
}
