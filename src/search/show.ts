import type { Viewer } from '../user/index.ts';
import type { SearchParts } from './parts.ts';
import type { Place } from './place.ts';
import type { FoundMessage } from './search.ts';
import { readableOf } from './stretch.ts';
import type { Wanted } from './words.ts';

/**
 * The messages at some places as the viewer may read them at this moment, but those that are not theirs to see, or have the words no more. A response is not to be
 * older than the heads it shows, so those come first; and whoever was removed meanwhile is to be given nothing, so that comes last.
 */
export async function show(
  parts: Pick<SearchParts, 'groups' | 'messages'>,
  viewer: Viewer,
  { places, wanted }: { readonly places: readonly Place[]; readonly wanted: Wanted },
): Promise<readonly (Omit<FoundMessage, 'key'> & { readonly place: Place })[]> {
  const { groups, messages } = parts;
  const ids = [...new Set(places.map(({ conversationId }) => conversationId))];
  const conversations = new Map((await groups.byIds(ids)).map((conversation) => [conversation?.id, conversation]));
  const [found, hidden] = await Promise.all([messages.byRefs(places), messages.hidden(viewer, places)]);
  const readable = await readableOf(parts, viewer, ids);
  const firstSeqs = new Map(readable.map(({ conversation, firstSeq }) => [conversation.id, firstSeq]));
  return places.flatMap((place, at) => {
    const [message, conversation] = [found[at], conversations.get(place.conversationId)];
    if (!message || !conversation || hidden[at] || message.recalledAt !== null || !wanted.in(message)) return [];
    const firstSeq = firstSeqs.get(place.conversationId);
    return firstSeq === undefined || message.seq < firstSeq ? [] : [{ message, conversation, place }];
  });
}
