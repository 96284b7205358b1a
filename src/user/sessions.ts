import { ChatError } from '../errors.ts';
import { isUuid } from '../uuid.ts';
import { isLive, type SessionParts, shownSession } from './session.ts';
import { readOpenSessions, readSessions, type SessionRow } from './store.ts';
import type { Session, Viewer } from './user.ts';

// What `Viewer.sessions` promises; config MAX_SESSIONS is never more.
const most = 50;

/** The refusal of a session that is not there, or not the viewer's: never told apart. */
export function noSession(): ChatError {
  return new ChatError('NOT_FOUND', 'Session not found.', { field: ['sessionId'] });
}

/** The viewer's live sessions, newest first. */
export async function listSessions({ db }: Pick<SessionParts, 'db'>, { userId }: Pick<Viewer, 'userId'>): Promise<readonly Session[]> {
  const [open = []] = await listOpenSessions({ db }, [userId]);
  return open;
}

/** The same of several users, in the order asked for. */
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

/** One of the viewer's live sessions. */
export async function findSession({ db }: SessionParts, { userId }: Viewer, id: string): Promise<Session | null> {
  if (!isUuid(id)) return null;
  const [now, [session]] = await Promise.all([db.now(), readSessions(db.client, [id])]);
  return session?.userId === userId && isLive(session, now) ? shownSession(session) : null;
}
