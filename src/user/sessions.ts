import { ChatError } from '../errors.ts';
import { isUuid } from '../uuid.ts';
import { isLive, type SessionParts, shownSession } from './session.ts';
import { readOpenSessions, readSessions, type SessionRow } from './store.ts';
import type { Session, Viewer } from './user.ts';

// The number that the API promises for `Viewer.sessions`. Config MAX_SESSIONS is never greater.
const most = 50;

/** Creates the error for a session that does not exist or is not the viewer's. It does not tell which. */
export function noSession(): ChatError {
  return new ChatError('NOT_FOUND', 'Session not found.', { field: ['sessionId'] });
}

/** Returns the viewer's live sessions, newest first. */
export async function listSessions({ db }: Pick<SessionParts, 'db'>, { userId }: Pick<Viewer, 'userId'>): Promise<readonly Session[]> {
  const [open = []] = await listOpenSessions({ db }, [userId]);
  return open;
}

/** Returns the live sessions of several users, in the order of `userIds`. */
export async function listOpenSessions(
  { db }: Pick<SessionParts, 'db'>,
  userIds: readonly bigint[],
): Promise<readonly (readonly Session[])[]> {
  const [now, open] = await Promise.all([db.now(), readOpenSessions(db.client, userIds)]);
  return open.map((sessions) => live(sessions, now));
}

function live(sessions: readonly SessionRow[], now: Date): readonly Session[] {
  return sessions
    .filter((session) => isLive(session, now))
    .slice(0, most)
    .map(shownSession);
}

/** Returns one of the viewer's live sessions, or null. */
export async function findSession({ db }: SessionParts, { userId }: Viewer, id: string): Promise<Session | null> {
  if (!isUuid(id)) return null;
  const [now, [session]] = await Promise.all([db.now(), readSessions(db.client, [id])]);
  return session?.userId === userId && isLive(session, now) ? shownSession(session) : null;
}
