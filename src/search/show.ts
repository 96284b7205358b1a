import { isDeepStrictEqual } from 'node:util';
import type { Viewer } from '../user/index.ts';
import type { SearchParts } from './parts.ts';
import type { Place } from './place.ts';
import type { FoundMessage } from './search.ts';
import type { Hit } from './slice.ts';
import { readableOf } from './stretch.ts';
import type { Query, Searchable } from './words.ts';

/**
 * Reads the messages of hits as the viewer may read them at this moment. Leaves out messages that the viewer may not see, and those that no
 * longer match. Conversations are read first, because a response must not be older than the heads it shows. Memberships are read last,
 * because a viewer who was removed meanwhile must get nothing.
 */
export async function show(
  parts: Pick<SearchParts, 'groups' | 'messages'>,
  viewer: Viewer,
  { hits, wanted }: { readonly hits: readonly Hit[]; readonly wanted: Query },
): Promise<readonly (Omit<FoundMessage, 'key'> & { readonly place: Place })[]> {
  const { groups, messages } = parts;
  const ids = [...new Set(hits.map(({ conversationId }) => conversationId))];
  const conversations = new Map((await groups.byIds(ids)).map((conversation) => [conversation?.id, conversation]));
  const [found, hidden] = await Promise.all([messages.byRefs(hits), messages.hidden(viewer, hits)]);
  const readable = await readableOf(parts, viewer, ids);
  const firstSeqs = new Map(readable.map(({ conversation, firstSeq }) => [conversation.id, firstSeq]));
  return hits.flatMap(({ said, ...place }, at) => {
    const [message, conversation] = [found[at], conversations.get(place.conversationId)];
    if (!message || !conversation || hidden[at]) return [];
    // Only messages that were edited or recalled meanwhile are compared again. Comparing all of them would double the cost, without a
    // pause.
    if (!saysSame(message, said) && !wanted.compare(message).found) return [];
    const firstSeq = firstSeqs.get(place.conversationId);
    return firstSeq === undefined || message.seq < firstSeq ? [] : [{ message, conversation, place }];
  });
}

function saysSame({ text, attachments }: Searchable, said: Searchable): boolean {
  return text === said.text && isDeepStrictEqual(attachments, said.attachments);
}
