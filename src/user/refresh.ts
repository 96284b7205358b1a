import type { Verdict } from '../log/index.ts';
import { sessionRow, userRow } from './facts.ts';
import { roleOf } from './role.ts';
import { expiryFrom, invalidCredentials, isLive, type SessionParts, sessionEnded, signedIn } from './session.ts';
import { endSessionRows, readSessions, rotateSession, type SessionRow } from './store.ts';
import { isSuspended, suspended, suspensionFact } from './suspension.ts';
import type { Throttle } from './throttle.ts';
import type { SignedIn, UserRole } from './user.ts';

// The grace period of the API, for a client that never got the answer to its refresh, or whose windows refresh at the same time.
const reuseMs = 30_000;

/** The result of a refresh: the generation in force after it, or null if it is refused. */
interface Outcome {
  readonly generation: number | null;
  readonly at: Date;
  /** The user's role at that moment. */
  readonly role: UserRole;
}

/**
 * Puts the next refresh token of a session in force. If a token is used again within 30 s, it gives the same successor. If it is used
 * later, the session ends, because two parties have the token. Throws ChatError INVALID_CREDENTIALS, SUSPENDED or RATE_LIMITED.
 */
export async function refreshSession(
  parts: SessionParts & { readonly throttle: Throttle },
  { refreshToken }: { readonly refreshToken: string },
): Promise<SignedIn> {
  const refusal = invalidCredentials('This refresh token is no longer valid. Sign in again.');
  const claim = parts.refreshTokens.read(refreshToken);
  if (claim === null) throw refusal;
  // Read before the lock to know which stream to lock. A session's user never changes.
  const [found] = await readSessions(parts.db.client, [claim.sessionId]);
  if (found === undefined || found === null) throw refusal;
  const { id: sessionId, userId } = found;
  await parts.throttle.refresh(sessionId);
  const { generation, at, role } = await parts.log.append<Outcome>({
    lock: [userId],
    async decide(inside) {
      const [session, user] = await Promise.all([inside.read(sessionRow, sessionId), inside.read(userRow, userId)]);
      // A user whose session ended because of a suspension is told the reason.
      if (session !== null && user?.state === 'ACTIVE' && isSuspended(user, inside.now)) {
        throw suspended(await inside.read(suspensionFact, userId), user, inside.now);
      }
      if (session === null || !isLive(session, inside.now) || user?.state !== 'ACTIVE') return { result: refused };
      // The token is newer than the row: the database was restored to an earlier state. The rightful holder can no longer be told from
      // anybody else.
      if (claim.generation > session.generation) return { result: refused };
      if (claim.generation === session.generation) return rotated(parts, session, roleOf(user, parts.config));
      const again = claim.generation === session.generation - 1 && inside.now.getTime() - session.rotatedAt.getTime() <= reuseMs;
      return again
        ? { result: ({ at: placedAt }) => ({ generation: session.generation, at: placedAt, role: roleOf(user, parts.config) }) }
        : revoked(session);
    },
  });
  if (generation === null) throw refusal;
  return signedIn(parts, { userId, sessionId }, { generation, at, role });
}

function refused({ at }: { readonly at: Date }): Outcome {
  return { generation: null, at, role: 'USER' };
}

function rotated(parts: SessionParts, { id, generation: used }: SessionRow, role: UserRole): Verdict<Outcome> {
  const generation = used + 1;
  return {
    write: (tx, { at }) => rotateSession(tx, { id, generation, rotatedAt: at, expiresAt: expiryFrom(parts.config, at) }),
    result: ({ at }) => ({ generation, at, role }),
  };
}

function revoked({ id, userId }: SessionRow): Verdict<Outcome> {
  return {
    entries: () => [{ stream: userId, actorId: userId, entry: sessionEnded(id) }],
    write: (tx, { at }) => endSessionRows(tx, [id], at),
    result: refused,
  };
}
