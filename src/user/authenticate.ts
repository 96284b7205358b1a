import DataLoader from 'dataloader';
import { unauthenticated } from './access-token.ts';
import type { SessionParts } from './session.ts';
import { createSessionTouches } from './session-touches.ts';
import { readSessions } from './store.ts';
import type { Access } from './user.ts';

/** Tells whose access token it is. Throws UNAUTHENTICATED where it is malformed, forged, expired or its session has ended. */
export function createAuthenticate(parts: SessionParts): (accessToken: string) => Promise<Access> {
  const { db, accessTokens } = parts;
  const touch = createSessionTouches(parts);
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
    touch(session);
    return { ...access, deviceKind: session.deviceKind };
  };
}
