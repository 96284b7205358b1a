import { ChatError } from '../errors.ts';
import type { Verdict } from '../log/index.ts';
import { newUuid } from '../uuid.ts';
import { identityOwner, openSessions, userRow } from './facts.ts';
import type { IdentityKey } from './identity-store.ts';
import { roleOf } from './role.ts';
import {
  firstRow,
  invalidCredentials,
  isLive,
  type NewSession,
  type SessionParts,
  sessionEnded,
  sessionStarted,
  signedIn,
} from './session.ts';
import { endSessionRows, insertSession, type SessionRow } from './store.ts';
import { isSuspended, liftSuspension, suspended, suspensionFact } from './suspension.ts';
import type { SignedIn, UserRole } from './user.ts';

/** A user who has proved their identity. */
export interface Checked {
  readonly userId: bigint;
  /** The hash that their password matched. Absent if they did not use a password. */
  readonly passwordHash?: string | undefined;
  /** The identity that their token stated. Absent if they did not use a token. */
  readonly identity?: IdentityKey | undefined;
}

interface Started {
  readonly at: Date;
  readonly role: UserRole;
}

/**
 * Starts a session of an active user, and ends those that exceed the limit. Throws ChatError INVALID_CREDENTIALS if the user is not active,
 * or if since the check their password has changed or the identity (token) was unlinked: the session would outlive the change. Throws
 * ChatError SUSPENDED with the reason if the user is suspended.
 */
export async function startSession(
  parts: SessionParts,
  { userId, passwordHash, identity }: Checked,
  device: Pick<NewSession, 'deviceName' | 'deviceKind'>,
): Promise<SignedIn> {
  const sessionId = newUuid();
  const { at, role } = await parts.log.append<Started>({
    lock: [userId],
    async decide(inside): Promise<Verdict<Started>> {
      const user = await inside.read(userRow, userId);
      // A node of a release without bots may have linked an identity to a bot or reset its password. Neither lets anybody sign in.
      if (user?.state !== 'ACTIVE' || user.bot || (passwordHash !== undefined && user.passwordHash !== passwordHash)) {
        throw invalidCredentials(passwordHash === undefined ? 'This account no longer exists.' : 'The handle or the password is wrong.');
      }
      if (identity !== undefined && (await inside.read(identityOwner, identity)) !== userId) throw unlinked();
      if (isSuspended(user, inside.now)) throw suspended(await inside.read(suspensionFact, userId), user, inside.now);
      const ending = sessionsOverLimit(await inside.read(openSessions, userId), inside.now, parts.config.maxSessions);
      return {
        entries: () =>
          [...ending.map(sessionEnded), sessionStarted(sessionId)].map((entry) => ({ stream: userId, actorId: userId, entry })),
        async write(tx, placed) {
          // The suspension has ended by itself. Its row is deleted, so that the table has only those in force.
          if (user.suspendedUntil !== null) await liftSuspension(tx, userId);
          if (ending.length > 0) await endSessionRows(tx, ending, placed.at);
          await insertSession(tx, firstRow(parts, { id: sessionId, userId, ...device }, placed.at));
        },
        result: (placed) => ({ at: placed.at, role: roleOf(user, parts.config) }),
      };
    },
  });
  return signedIn(parts, { userId, sessionId }, { generation: 1, at, role });
}

function unlinked(): ChatError {
  const message = 'This token cannot be used to sign in. Its subject was unlinked from its user at the same time. Try again.';
  return new ChatError('INVALID_CREDENTIALS', message, { field: ['token'] });
}

/** Returns the sessions to end when another one begins, oldest first: all that have expired, and the live ones beyond the limit. */
function sessionsOverLimit(newestFirst: readonly SessionRow[], now: Date, maxSessions: number): readonly string[] {
  const kept = newestFirst.filter((session) => isLive(session, now)).slice(0, maxSessions - 1);
  return newestFirst
    .filter((session) => !kept.includes(session))
    .map(({ id }) => id)
    .toReversed();
}
