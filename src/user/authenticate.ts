import DataLoader from 'dataloader';
import { unauthenticated } from './access-token.ts';
import type { SessionParts } from './session.ts';
import { readSessions, touchSession } from './store.ts';
import type { Access } from './user.ts';

const seenEveryMs = 60_000;

/** Tells whose access token it is. Throws UNAUTHENTICATED where it is malformed, forged, expired or its session has ended. */
export function createAuthenticate(parts: SessionParts): (accessToken: string) => Promise<Access> {
  const { db, logger, accessTokens } = parts;
  // A burst of requests after a silence would write as many times, each waiting for the one before.
  const touching = new Set<string>();

  // Beside the request, which does not wait for it nor fail with it.
  async function touch(id: string, at: Date): Promise<void> {
    touching.add(id);
    try {
      const before = new Date(at.getTime() - seenEveryMs);
      await db.transaction((tx) => touchSession(tx, id, { at, before }));
    } catch (error) {
      logger.debug({ err: error }, 'a session could not be marked as seen');
    } finally {
      touching.delete(id);
    }
  }

  // Requests that come in one turn of the loop share one read. Nothing is kept: an ended session is refused at once.
  const sessions = new DataLoader((ids: readonly string[]) => readSessions(db.client, ids), {
    cache: false,
    maxBatchSize: 500,
    batchScheduleFn: (read) => void setImmediate(read),
  });

  return async (accessToken) => {
    const access = await accessTokens.verify(accessToken);
    // A session expires later than each of its access tokens: whether it has ended is all there is to ask.
    const session = await sessions.load(access.sessionId);
    if (session?.userId !== access.userId || session.endedAt !== null) throw unauthenticated();
    const now = new Date();
    if (now.getTime() - session.lastSeenAt.getTime() >= seenEveryMs && !touching.has(session.id)) void touch(session.id, now);
    return { ...access, deviceKind: session.deviceKind };
  };
}
