import { inPieces, join, selectRows, sql, type Tx } from '../db/index.ts';
import { serverStreamId } from '../log/index.ts';
import { uuidBytes, uuidText } from '../uuid.ts';
import { termsOf } from './term.ts';
import type { Session, User, UserRole } from './user.ts';

/** The stored state of an account. */
export type UserState = 'ACTIVE' | 'ERASED';

/** A user's row. */
export interface UserRow extends User {
  /** `noPassword` of password.ts if the user has none. */
  readonly passwordHash: string;
  /** A UserState. */
  readonly state: string;
  /** A UserRole. */
  readonly role: string;
  /** The user may not sign in before this time. Null if they are not suspended. */
  readonly suspendedUntil: Date | null;
}

/** A session's row. */
export interface SessionRow extends Session {
  /** The number of the refresh token in force. */
  readonly generation: number;
  readonly rotatedAt: Date;
  readonly expiresAt: Date;
  /** When the session was ended, or null. A session that was not ended may still have expired. */
  readonly endedAt: Date | null;
  /** SHA-256 of the secret of a bot's key, or null for the session of a sign-in. */
  readonly keyDigest: Uint8Array<ArrayBuffer> | null;
}

const shown = {
  id: true,
  handle: true,
  displayName: true,
  avatarUrl: true,
  bio: true,
  createdAt: true,
  state: true,
  bot: true,
  data: true,
} as const;
const whole = { ...shown, passwordHash: true, role: true, suspendedUntil: true } as const;

/** The columns of a user that others may see, and the state of the account. */
export type Shown = Omit<User, 'erased'> & { readonly state: string };

function withErased<R extends Shown>(row: R): R & Pick<User, 'erased'> {
  return { ...row, erased: row.state === 'ERASED' };
}

/** Returns the part of a row that others may see. */
export function publicPart({ id, handle, displayName, avatarUrl, bio, createdAt, state, bot, data }: Shown): User {
  const erased = state === 'ERASED';
  // A node of an earlier release does not clear the data of an account that it erases.
  return { id, handle, displayName, avatarUrl, bio, createdAt, bot, data: erased ? null : data, erased };
}

/** Reads users, erased ones included, in the order of `ids`. Null where there never was one. */
export async function readUsers(tx: Tx, ids: readonly bigint[]): Promise<readonly (User | null)[]> {
  const rows = await readShownRows(tx, ids);
  return rows.map((row) => row && publicPart(row));
}

/** Reads the columns of users that others may see, erased users included, in the order of `ids`. Null where there never was one. */
export async function readShownRows(tx: Tx, ids: readonly bigint[]): Promise<readonly (Shown | null)[]> {
  const rows = await inPieces(ids, (piece) => selectRows(tx, 'User', sql`id IN (${join([...piece])})`));
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => found.get(id) ?? null);
}

/** Reads the whole rows of users, in the order of `ids`. Null where there is none. */
export async function readUserRows(tx: Tx, ids: readonly bigint[]): Promise<readonly (UserRow | null)[]> {
  const rows = await tx.user.findMany({ where: { id: { in: [...ids] } }, select: whole });
  const found = new Map(rows.map((row) => [row.id, withErased(row)]));
  return ids.map((id) => found.get(id) ?? null);
}

/** Returns the user with a handle, in any state, or null. */
export async function findByHandle(tx: Tx, handle: string): Promise<UserRow | null> {
  const row = await tx.user.findUnique({ where: { handle }, select: whole });
  return row && withErased(row);
}

/** Stores a new user and their search terms. Notices to everybody that were sent before are not shown to them. */
export async function insertUser(tx: Tx, user: Omit<UserRow, 'state' | 'role' | 'erased' | 'suspendedUntil'>): Promise<void> {
  const server = await tx.stream.findUnique({ where: { id: serverStreamId }, select: { lastSeq: true } });
  await tx.user.create({ data: { ...user, noticesAfterSeq: server?.lastSeq ?? 0 } });
  await insertTerms(tx, user);
}

/** Changes a user's profile, and their search terms if the name changes. */
export async function updateProfileRow(tx: Tx, before: User, { id, handle, displayName, avatarUrl, bio, data }: User): Promise<void> {
  await tx.user.update({ where: { id }, data: { displayName, avatarUrl, bio, data } });
  if (displayName === before.displayName) return;
  await tx.userTerm.deleteMany({ where: { userId: id } });
  await insertTerms(tx, { id, handle, displayName });
}

/**
 * Changes a user's handle and their search terms. Fails with an error that isDuplicate recognizes if the handle belongs to another user.
 */
export async function updateHandleRow(tx: Tx, { id, handle, displayName }: User): Promise<void> {
  await tx.user.update({ where: { id }, data: { handle } });
  await tx.userTerm.deleteMany({ where: { userId: id } });
  await insertTerms(tx, { id, handle, displayName });
}

/** Changes a user's role. */
export async function updateRoleRow(tx: Tx, id: bigint, role: UserRole): Promise<void> {
  await tx.user.update({ where: { id }, data: { role } });
}

/** Replaces a user's password hash. */
export async function updatePasswordRow(tx: Tx, id: bigint, passwordHash: string): Promise<void> {
  await tx.user.update({ where: { id }, data: { passwordHash } });
}

/** Clears a user's row except for the id, and marks it as erased. The handle becomes one that nobody can ask for. */
export async function eraseUserRow(tx: Tx, id: bigint): Promise<void> {
  const nothing = {
    displayName: '',
    avatarUrl: null,
    bio: null,
    passwordHash: '',
    messagesFrom: 'EVERYONE',
    privateMode: true,
    hidesLastSeen: true,
    role: 'USER',
    suspendedUntil: null,
    bot: false,
    data: null,
    silentUntil: null,
  };
  await tx.user.update({ where: { id }, data: { ...nothing, handle: `~${id}`, state: 'ERASED' satisfies UserState } });
  await tx.userTerm.deleteMany({ where: { userId: id } });
  await tx.suspension.deleteMany({ where: { userId: id } });
  await tx.presence.deleteMany({ where: { userId: id } });
  await tx.session.deleteMany({ where: { userId: id } });
  await tx.identity.deleteMany({ where: { userId: id } });
}

async function insertTerms(tx: Tx, user: Pick<User, 'id' | 'handle' | 'displayName'>): Promise<void> {
  await tx.userTerm.createMany({ data: termsOf(user).map((term) => ({ term, userId: user.id })) });
}

type StoredSession = Omit<SessionRow, 'id' | 'deviceKind'> & { readonly id: Uint8Array; readonly deviceKind: string };

function sessionRow({ id, ...row }: StoredSession): SessionRow {
  return { ...row, id: uuidText(id), deviceKind: row.deviceKind as SessionRow['deviceKind'] };
}

/** Reads sessions by UUID text, ended ones included, in the order of `ids`. Null where there is none. */
export async function readSessions(tx: Tx, ids: readonly string[]): Promise<readonly (SessionRow | null)[]> {
  const rows = await selectRows(tx, 'Session', sql`id IN (${join([...new Set(ids)].map(uuidBytes))})`);
  const found = new Map(rows.map((row) => [uuidText(row.id), sessionRow(row)]));
  return ids.map((id) => found.get(id) ?? null);
}

/** Reads the sessions of users that have not been ended, each user's newest first. Expired ones are included. */
export async function readOpenSessions(tx: Tx, userIds: readonly bigint[]): Promise<readonly (readonly SessionRow[])[]> {
  const rows = await tx.session.findMany({
    where: { userId: { in: [...userIds] }, endedAt: null },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
  });
  const found = Map.groupBy(rows.map(sessionRow), ({ userId }) => userId);
  return userIds.map((userId) => found.get(userId) ?? []);
}

/** Stores a new session. */
export async function insertSession(tx: Tx, { id, ...row }: Omit<SessionRow, 'endedAt'>): Promise<void> {
  await tx.session.create({ data: { id: uuidBytes(id), ...row } });
}

/** Renames a session. */
export async function renameSessionRow(tx: Tx, id: string, deviceName: string): Promise<void> {
  await tx.session.updateMany({ where: { id: uuidBytes(id) }, data: { deviceName } });
}

/** Marks sessions, by UUID text, as ended. */
export async function endSessionRows(tx: Tx, ids: readonly string[], at: Date): Promise<void> {
  await tx.session.updateMany({ where: { id: { in: ids.map(uuidBytes) } }, data: { endedAt: at } });
}

/** Puts the next refresh token of a session in force. */
export async function rotateSession(
  tx: Tx,
  { id, generation, rotatedAt, expiresAt }: Pick<SessionRow, 'id' | 'generation' | 'rotatedAt' | 'expiresAt'>,
): Promise<void> {
  await tx.session.update({ where: { id: uuidBytes(id) }, data: { generation, rotatedAt, expiresAt, lastSeenAt: rotatedAt } });
}

/** Sets lastSeenAt of sessions to `at`, unless it is `before` or later by then. */
export async function touchSessions(
  tx: Tx,
  ids: readonly string[],
  { at, before }: { readonly at: Date; readonly before: Date },
): Promise<void> {
  await tx.session.updateMany({ where: { id: { in: ids.map(uuidBytes) }, lastSeenAt: { lt: before } }, data: { lastSeenAt: at } });
}
