import { ChatError } from '../errors.ts';
import type { NewEntry } from '../log/index.ts';
import type { AccessTokens } from './access-token.ts';
import { endOfTime } from './end-of-time.ts';
import type { UserParts } from './parts.ts';
import type { RefreshTokens } from './refresh-token.ts';
import type { SessionRow } from './store.ts';
import type { DeviceKind, Session, SignedIn, UserRole, Viewer } from './user.ts';

/** A day. */
export const dayMs = 86_400_000;

/** What the acts on sessions share. Each holds the user's account stream, so that decisions about one user's sessions queue. */
export interface SessionParts extends UserParts {
  readonly accessTokens: AccessTokens;
  readonly refreshTokens: RefreshTokens;
}

/** What tells a new session from others. */
export interface NewSession {
  /** UUID text. */
  readonly id: string;
  readonly userId: bigint;
  readonly deviceName: string;
  readonly deviceKind: DeviceKind;
}

/** A session's row as it begins. */
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

/** When a session ends that is not used after `at`. */
export function expiryFrom({ sessionDays }: SessionParts['config'], at: Date): Date {
  return new Date(at.getTime() + sessionDays * dayMs);
}

/** What the holder of a session is answered: an access token from `at` on, and the refresh token of that generation. */
export async function signedIn(
  parts: SessionParts,
  viewer: Viewer,
  { generation, at, role }: { readonly generation: number; readonly at: Date; readonly role: UserRole },
): Promise<SignedIn> {
  const refreshToken = parts.refreshTokens.make({ sessionId: viewer.sessionId, generation });
  return { viewer, refreshToken, ...(await parts.accessTokens.sign(viewer, at, role)) };
}

/** The entry of a session that begins. */
export function sessionStarted(sessionId: string): NewEntry {
  return { type: 'SessionStarted', data: { sessionId } };
}

/** The entry of a session that ends: by it every node learns to close its sockets. */
export function sessionEnded(sessionId: string): NewEntry {
  return { type: 'SessionEnded', data: { sessionId } };
}

/** True while a session can be used. */
export function isLive({ endedAt, expiresAt }: SessionRow, now: Date): boolean {
  return endedAt === null && expiresAt > now;
}

/** A session as its user sees it. */
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

/** The refusal of whoever may not sign in. It never tells why. */
export function invalidCredentials(message: string): ChatError {
  return new ChatError('INVALID_CREDENTIALS', message);
}
