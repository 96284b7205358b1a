import type { Verdict } from '../log/index.ts';
import { newUuid } from '../uuid.ts';
import { openSessions, userRow } from './facts.ts';
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

/** Who is known to be who they say. */
export interface Checked {
  readonly userId: bigint;
  /** The hash that their password fits; absent: it was not by a password. */
  readonly passwordHash?: string | undefined;
}

interface Started {
  readonly at: Date;
  readonly role: UserRole;
}

/**
 * Starts a session of an active user, and ends those that it leaves no room for. Throws INVALID_CREDENTIALS where the user is not active, or has
 * another password by now: a session that begins with the old one would outlive the change. Throws SUSPENDED, with why, where they are.
 */
export async function startSession(
  parts: SessionParts,
  { userId, passwordHash }: Checked,
  device: Pick<NewSession, 'deviceName' | 'deviceKind'>,
): Promise<SignedIn> {
  const sessionId = newUuid();
  const { at, role } = await parts.log.append<Started>({
    lock: [userId],
    async decide(inside): Promise<Verdict<Started>> {
      const user = await inside.read(userRow, userId);
      // What a node of a release before bots has linked to one, or reset, lets nobody in.
      if (user?.state !== 'ACTIVE' || user.bot || (passwordHash !== undefined && user.passwordHash !== passwordHash)) {
        throw invalidCredentials(passwordHash === undefined ? 'This account no longer exists.' : 'The handle or the password is wrong.');
      }
      if (isSuspended(user, inside.now)) throw suspended(await inside.read(suspensionFact, userId), user, inside.now);
      const ending = superfluous(await inside.read(openSessions, userId), inside.now, parts.config.maxSessions);
      return {
        entries: () =>
          [...ending.map(sessionEnded), sessionStarted(sessionId)].map((entry) => ({ stream: userId, actorId: userId, entry })),
        async write(tx, placed) {
          // It is over, and so it is no longer among those that are not.
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

/** The sessions to end when one more begins, oldest first: all that have expired, and of the live ones those beyond the limit. */
function superfluous(newestFirst: readonly SessionRow[], now: Date, maxSessions: number): readonly string[] {
  const kept = newestFirst.filter((session) => isLive(session, now)).slice(0, maxSessions - 1);
  return newestFirst
    .filter((session) => !kept.includes(session))
    .map(({ id }) => id)
    .toReversed();
}
