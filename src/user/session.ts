import type { AccessTokens } from './access-token.ts';
import { ChatError } from '../errors.ts';
import type { NewEntry, Verdict } from '../log/index.ts';
import { isUuid, newUuid } from '../uuid.ts';
import { openSessions, sessionRow, userRow } from './facts.ts';
import type { UserParts } from './parts.ts';
import type { RefreshTokens } from './refresh-token.ts';
import { endSessionRows, insertSession, readOpenSessions, readSessions, rotateSession, type SessionRow } from './store.ts';
import type { Session, SignedIn, Viewer } from './user.ts';

const dayMs = 86_400_000;
// The contract's grace for a client that never saw the answer to its refresh.
const reuseMs = 30_000;
/** The most that `Viewer.sessions` shows; config MAX_SESSIONS is never more. */
const sessionsShown = 50;

/** A session as it begins: its row and its tokens' first generation. */
export interface NewSession {
  readonly id: string;
  readonly deviceName: string;
}

/** The rules of sessions. All that changes one holds the user's account stream, so that decisions about them queue. */
export interface SessionRules {
  /** The row of a session that begins at a time. */
  begin(session: NewSession, userId: bigint, at: Date): Omit<SessionRow, 'endedAt'>;
  /** Tokens for a session whose refresh token of that generation is in force. */
  tokens(viewer: Viewer, generation: number, at: Date): Promise<SignedIn>;
  /** Starts a session of an active user; those that have expired, and the oldest beyond config MAX_SESSIONS, end. Throws INVALID_CREDENTIALS where the user is not active. */
  start(userId: bigint, deviceName: string): Promise<SignedIn>;
  refresh(options: { readonly refreshToken: string }): Promise<SignedIn>;
  signOut(viewer: Viewer, options: { readonly sessionId?: string | undefined }): Promise<string>;
  sessions(viewer: Viewer): Promise<readonly Session[]>;
  session(viewer: Viewer, id: string): Promise<Session | null>;
}

/** The refusal of whoever may not sign in; why is not told. */
export function invalidCredentials(message: string): ChatError {
  return new ChatError('INVALID_CREDENTIALS', message);
}

function started(sessionId: string): NewEntry {
  return { type: 'SessionStarted', data: { sessionId } };
}

function ended(sessionId: string): NewEntry {
  return { type: 'SessionEnded', data: { sessionId } };
}

/** The first entry of an account: its first session. */
export const sessionStarted: (sessionId: string) => NewEntry = started;

function isLive({ endedAt, expiresAt }: SessionRow, now: Date): boolean {
  return endedAt === null && expiresAt > now;
}

function shown({ id, userId, deviceName, createdAt, lastSeenAt }: SessionRow): Session {
  return { id, userId, deviceName, createdAt, lastSeenAt };
}
