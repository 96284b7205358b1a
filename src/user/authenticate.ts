import DataLoader from 'dataloader';
import { ChatError } from '../errors.ts';
import { unauthenticated } from './access-token.ts';
import { isKeyOf, readKey, type ShownKey } from './bot-key.ts';
import type { SessionParts } from './session.ts';
import { createSessionTouches } from './session-touches.ts';
import { readSessions, type SessionRow } from './store.ts';
import type { Claims, Users } from './user.ts';

type Known = readonly [session: SessionRow, claims: Claims];

/** Creates the functions that check access tokens and keys, as Users describes them. */
export function createAuthenticate(parts: SessionParts): Pick<Users, 'readToken' | 'authenticate'> {
  const { db, accessTokens } = parts;
  const touch = createSessionTouches(parts);
  // Requests in one turn of the event loop share a read. Nothing is cached, so that an ended session is refused at once.
  const sessions = new DataLoader((ids: readonly string[]) => readSessions(db.client, ids), {
    cache: false,
    maxBatchSize: 500,
    batchScheduleFn: (read) => void setImmediate(read),
  });

  async function ofToken(accessToken: string): Promise<Known> {
    const claims = await accessTokens.verify(accessToken);
    const session = await sessions.load(claims.sessionId);
    // A session expires later than each of its access tokens, so only its end has to be checked.
    if (session?.userId !== claims.userId || session.endedAt !== null) throw unauthenticated();
    return [session, claims];
  }

  async function ofKey(key: ShownKey): Promise<Known> {
    const session = await sessions.load(key.sessionId);
    if (session === null || !isKeyOf(session, key) || session.endedAt !== null || session.expiresAt.getTime() <= Date.now()) {
      throw new ChatError('UNAUTHENTICATED', 'This key is not valid, or no longer valid.');
    }
    const { id: sessionId, userId, expiresAt } = session;
    return [session, { userId, sessionId, expiresAt, role: 'USER', bot: true }];
  }

  return {
    async readToken(shown) {
      const key = readKey(shown);
      return key === null ? await accessTokens.verify(shown) : (await ofKey(key))[1];
    },
    async authenticate(shown) {
      const key = readKey(shown);
      const [session, claims] = key === null ? await ofToken(shown) : await ofKey(key);
      touch(session);
      return { ...claims, deviceKind: session.deviceKind };
    },
  };
}
