import { isUuid } from '../uuid.ts';
import { sessionRow } from './facts.ts';
import { type SessionParts, sessionEnded } from './session.ts';
import { noSession } from './sessions.ts';
import { endSessionRows } from './store.ts';
import type { Viewer } from './user.ts';

/**
 * Ends one of the viewer's sessions, by default the one of the request, and returns its id. Repeating it has no effect and writes no entry.
 * Throws ChatError NOT_FOUND (sessionId).
 */
export async function signOut(
  { log }: SessionParts,
  viewer: Viewer,
  { sessionId }: { readonly sessionId?: string | undefined },
): Promise<string> {
  const { userId } = viewer;
  const id = sessionId ?? viewer.sessionId;
  if (!isUuid(id)) throw noSession();
  return log.append<string>({
    lock: [userId],
    async decide(inside) {
      const session = await inside.read(sessionRow, id);
      if (session?.userId !== userId) throw noSession();
      if (session.endedAt !== null) return { result: () => id };
      return {
        entries: () => [{ stream: userId, actorId: userId, entry: sessionEnded(id) }],
        write: (tx, { at }) => endSessionRows(tx, [id], at),
        result: () => id,
      };
    },
  });
}
