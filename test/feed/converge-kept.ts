import { type Cache, edgesOf, idOf, isThing, type Json, number, type Thing, text } from './converge-cache.ts';

/** What a device shows of its viewer's drafts and saved messages. */
interface Keeper {
  readonly cache: Cache;
  readonly shown: { viewer: Thing };
}

/** Applies DraftChanged: the draft is set at its conversation or thread and moves to the front of the list, or is removed. */
export function draftChanged({ cache, shown }: Keeper, { draftId, draftEdge, conversationId, threadRootId }: Thing): void {
  const id = text(draftId);
  keep(shown, 'drafts', (edges) => edges.filter(({ node }) => idOf(node) !== id));
  if (!isThing(draftEdge)) {
    cache.evict(id);
    return;
  }
  keep(shown, 'drafts', (edges) => [...edges, draftEdge]);
  const place = threadRootId === null ? text(conversationId) : text(threadRootId);
  const field = threadRootId === null ? 'viewerDraft' : 'viewerThreadDraft';
  if (cache.entity(place)?.[field] !== undefined) cache.change(place, { [field]: { ref: id } });
}

/** Applies SavedMessageChanged: the message is added to the list and marked as saved, or removed. */
export function savedChanged({ cache, shown }: Keeper, { messageId, savedMessageEdge = null }: Thing): void {
  const id = text(messageId);
  keep(shown, 'savedMessages', (edges) => edges.filter(({ node }) => idOf(node) !== id));
  if (isThing(savedMessageEdge)) keep(shown, 'savedMessages', (edges) => [...edges, savedMessageEdge]);
  mark(cache, id, isThing(savedMessageEdge));
}

/** Messages that the viewer no longer sees are not saved any more either. */
export function leaveOutSaved({ cache, shown }: Keeper, conversation: string, goes: (seq: number) => boolean): void {
  keep(shown, 'savedMessages', (edges) =>
    edges.filter(({ node }) => {
      const message = cache.entity(idOf(node) ?? '');
      const isGone = idOf(message?.['conversation']) === conversation && goes(number(message?.['seq']));
      if (isGone) mark(cache, idOf(node) ?? '', false);
      return !isGone;
    }),
  );
}

/** Drafts and saved messages of a conversation end with it. */
export function closeKept(keeper: Keeper, conversation: string): void {
  const { cache } = keeper;
  leaveOutSaved(keeper, conversation, () => true);
  for (const { id = null, conversationId, writtenAt } of cache.entities())
    if (writtenAt !== undefined && conversationId === conversation) cache.evict(text(id));
}

/** Changes a list and sorts it: the last saved first, as the cursors have it. */
function keep(shown: { viewer: Thing }, name: string, change: (edges: readonly Thing[]) => readonly Thing[]): void {
  const list = shown.viewer[name];
  const rank = ({ cursor }: Thing): string => Buffer.from(text(cursor), 'base64url').toString();
  if (!isThing(list)) return;
  const edges: Json = change(edgesOf(list)).toSorted((one, other) => (rank(one) < rank(other) ? 1 : -1));
  shown.viewer = { ...shown.viewer, [name]: { ...list, edges } };
}

function mark(cache: Cache, id: string, viewerHasSaved: boolean): void {
  if (cache.entity(id)?.['viewerHasSaved'] !== undefined) cache.change(id, { viewerHasSaved });
}
