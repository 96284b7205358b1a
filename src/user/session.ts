import { ChatError } from '../errors.ts';
import type { NewEntry } from '../log/index.ts';
import type { AccessTokens } from './access-token.ts';
import { endOfTime } from './end-of-time.ts';
import type { UserParts } from './parts.ts';
import type { RefreshTokens } from './refresh-token.ts';
import type { SessionRow } from './store.ts';
import type { DeviceKind, Session, SignedIn, UserRole, Viewer } from './user.ts';

/** A day in ms. */
export const dayMs = 86_400_000;

/**
 * The parts that acts on sessions share. Each act holds the lock of the user's account stream, so decisions about the sessions of one user
 * follow each other.
 */
export interface SessionParts extends UserParts {
  readonly accessTokens: AccessTokens;
  readonly refreshTokens: RefreshTokens;
}

/** The properties of a new session. */
export interface NewSession {
  /** UUID text. */
  readonly id: string;
  readonly userId: bigint;
  readonly deviceName: string;
  readonly deviceKind: DeviceKind;
}

/** Returns the row of a new session. */
export function firstRow(
  { config }: SessionParts,
  { id, userId, deviceName, deviceKind }: NewSession,
  at: Date,
): Omit<SessionRow, 'endedAt'> {
  return {
    id,
    userId,
    deviceName,
    deviceKind,
    generation: 1,
    rotatedAt: at,
    createdAt: at,
    lastSeenAt: at,
    expiresAt: expiryFrom(config, at),
    keyDigest: null,
  };
}

/** Returns when a session expires that is not used after `at`. */
export function expiryFrom({ sessionDays }: SessionParts['config'], at: Date): Date {
  return new Date(at.getTime() + sessionDays * dayMs);
}

/** Returns the tokens of a session: an access token that is valid from `at` on, and the refresh token of that generation. */
export async function signedIn(
  parts: SessionParts,
  viewer: Viewer,
  { generation, at, role }: { readonly generation: number; readonly at: Date; readonly role: UserRole },
): Promise<SignedIn> {
  const refreshToken = parts.refreshTokens.make({ sessionId: viewer.sessionId, generation });
  return { viewer, refreshToken, ...(await parts.accessTokens.sign(viewer, at, role)) };
}

/** Creates the entry that a session has begun. */
export function sessionStarted(sessionId: string): NewEntry {
  return { type: 'SessionStarted', data: { sessionId } };
}

/** Creates the entry that a session has ended. On it every node closes the session's sockets. */
export function sessionEnded(sessionId: string): NewEntry {
  return { type: 'SessionEnded', data: { sessionId } };
}

/** Returns whether a session can be used. */
export function isLive({ endedAt, expiresAt }: SessionRow, now: Date): boolean {
  return endedAt === null && expiresAt > now;
}

/** Returns the part of a session that its user sees. */
export function shownSession({
  id,
  userId,
  deviceName,
  deviceKind,
  createdAt,
  lastSeenAt,
  expiresAt,
}: Omit<SessionRow, 'endedAt'>): Session {
  return { id, userId, deviceName, deviceKind, createdAt, lastSeenAt, expiresAt: expiresAt < endOfTime ? expiresAt : null };
}

/** Creates the error for a refused sign-in. It never tells why. */
export function invalidCredentials(message: string): ChatError {
  return new ChatError('INVALID_CREDENTIALS', message);
}
