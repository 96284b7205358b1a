import type { Draft, DraftPlace } from '../src/draft/index.ts';
import type { Viewer } from '../src/user/index.ts';
import type { Context } from './context.ts';
import { accessOf } from './conversation.ts';

/** Returns the viewer's own draft in a place, if they see its conversation and have not left it since. Else null. */
export async function ownDraft(context: Context, viewer: Pick<Viewer, 'userId'>, place: DraftPlace): Promise<Draft | null> {
  const accessed = await accessOf(context, place.conversationId, viewer);
  if (accessed === null) return null;
  const draft = await context.scope.loaders.drafts.load(place);
  return draft?.joinedSeq === accessed.access.joinedSeq ? draft : null;
}
