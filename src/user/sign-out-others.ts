import type { Verdict } from '../log/index.ts';
import { openSessions } from './facts.ts';
import { isLive, type SessionParts, sessionEnded } from './session.ts';
import { noSession } from './sessions.ts';
import { endSessionRows } from './store.ts';
import type { Viewer } from './user.ts';

/**
 * Ends all of the viewer's sessions except one, in one act, and returns the ids of those that ended. Throws ChatError NOT_FOUND (sessionId)
 * if the session to keep is not a live one of the viewer's.
 */
export function signOutOthers(
  { log }: SessionParts,
  viewer: Viewer,
  { sessionId: kept = viewer.sessionId }: { readonly sessionId?: string | undefined },
): Promise<readonly string[]> {
  const { userId } = viewer;
  return log.append<readonly string[]>({
    lock: [userId],
    async decide(inside): Promise<Verdict<readonly string[]>> {
      const open = await inside.read(openSessions, userId);
      if (!open.some((session) => session.id === kept && isLive(session, inside.now))) throw noSession();
      const others = open.map(({ id }) => id).filter((id) => id !== kept);
      if (others.length === 0) return { result: () => others };
      return {
        entries: () => others.map((id) => ({ stream: userId, actorId: userId, entry: sessionEnded(id) })),
        write: (tx, { at }) => endSessionRows(tx, others, at),
        result: () => others,
      };
    },
  });
}
