import { isDeepStrictEqual } from 'node:util';
import type { Viewer } from '../user/index.ts';
import type { SearchParts } from './parts.ts';
import type { Place } from './place.ts';
import type { FoundMessage } from './search.ts';
import type { Hit } from './slice.ts';
import { readableOf } from './stretch.ts';
import type { Searchable, Wanted } from './words.ts';

/**
 * The messages at some places as the viewer may read them at this moment, but those that are not theirs to see, or have the words no more. A response is not to be
 * older than the heads it shows, so those come first; and whoever was removed meanwhile is to be given nothing, so that comes last.
 */
export async function show(
  parts: Pick<SearchParts, 'groups' | 'messages'>,
  viewer: Viewer,
  { hits, wanted }: { readonly hits: readonly Hit[]; readonly wanted: Wanted },
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
    // Only what was edited meanwhile, or taken back, is compared again: for all of them that would take as long once more, and without a pause.
    if (!saysSame(message, said) && !wanted.compare(message).found) return [];
    const firstSeq = firstSeqs.get(place.conversationId);
    return firstSeq === undefined || message.seq < firstSeq ? [] : [{ message, conversation, place }];
  });
}

function saysSame({ text, attachments }: Searchable, said: Searchable): boolean {
  return text === said.text && isDeepStrictEqual(attachments, said.attachments);
}
