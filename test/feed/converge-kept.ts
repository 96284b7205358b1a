import { type Cache, edgesOf, idOf, isThing, type Json, number, type Thing, text } from './converge-cache.ts';

/** What a device shows of what its viewer keeps for themselves. */
interface Keeper {
  readonly cache: Cache;
  readonly shown: { viewer: Thing };
}

/** What the viewer has begun to write stands in its place and at the front of the list, or is gone. */
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

/** What the viewer has saved stands where it was saved, or is gone. */
export function savedChanged({ cache, shown }: Keeper, { messageId, savedMessageEdge = null }: Thing): void {
  const id = text(messageId);
  keep(shown, 'savedMessages', (edges) => edges.filter(({ node }) => idOf(node) !== id));
  if (isThing(savedMessageEdge)) keep(shown, 'savedMessages', (edges) => [...edges, savedMessageEdge]);
  mark(cache, id, isThing(savedMessageEdge));
}

/** What the viewer does not see any more of a conversation is not saved either. */
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

/** With a conversation all goes that was kept of it. */
export function closeKept(keeper: Keeper, conversation: string): void {
  const { cache } = keeper;
  leaveOutSaved(keeper, conversation, () => true);
  for (const { id = null, conversationId, writtenAt } of cache.entities())
    if (writtenAt !== undefined && conversationId === conversation) cache.evict(text(id));
}

/** Puts both lists into order: by when something was saved, the last first, as their cursors have it. */
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
