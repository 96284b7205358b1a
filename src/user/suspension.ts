import type { Db, Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Fact, Log, Verdict } from '../log/index.ts';
import { codePoints, hasControls, isBlank, isStorable } from '../text.ts';
import type { Suspension, SuspensionChange } from './administration.ts';
import { endOfTime } from './end-of-time.ts';
import { openSessions, userRow } from './facts.ts';
import { type OperatorTarget, requireExistingAccount, requireNoAdmin } from './operator-target.ts';
import type { RoleConfig } from './role.ts';
import { sessionEnded } from './session.ts';
import { endSessionRows, type UserRow } from './store.ts';

// The width of the column, in code points.
const maxReason = 500;
// The greatest Int of GraphQL, some 24 days in ms.
const maxWait = 2 ** 31 - 1;

/** A user's suspension. Governed by the user's account stream. */
export const suspensionFact: Fact<bigint, Suspension | null> = { name: 'suspension', key: String, read: readSuspensions };

/** Reads the suspensions of users, in the order of `userIds`. Null where there is none. A suspension that is over may still be stored. */
export async function readSuspensions(tx: Tx, userIds: readonly bigint[]): Promise<readonly (Suspension | null)[]> {
  const rows = await tx.suspension.findMany({ where: { userId: { in: [...userIds] } } });
  const found = new Map(rows.map(({ userId, ...suspension }) => [userId, suspension]));
  return userIds.map((userId) => found.get(userId) ?? null);
}

/** Returns whether a user is suspended at a moment. A suspension ends by itself when its time is over. */
export function isSuspended({ suspendedUntil }: Pick<UserRow, 'suspendedUntil'>, now: Date): boolean {
  return suspendedUntil !== null && suspendedUntil > now;
}

/**
 * Throws ChatError SUSPENDED if a user is suspended at a moment. The caller must hold the lock of the user's row, so that a suspension
 * comes either before or after.
 */
export function requireUnsuspended(user: Pick<UserRow, 'suspendedUntil'> | null, now: Date): void {
  if (user !== null && isSuspended(user, now)) throw suspended(null, user, now);
}

/** Creates the error for a suspended user. It has the reason, because only the user can get this far. */
export function suspended(suspension: Suspension | null, { suspendedUntil }: Pick<UserRow, 'suspendedUntil'>, now: Date): ChatError {
  const ends = suspendedUntil !== null && suspendedUntil < endOfTime ? suspendedUntil : null;
  const wait = ends === null ? maxWait + 1 : ends.getTime() - now.getTime();
  const until = ends === null ? '' : ` until ${ends.toISOString()}`;
  const why = suspension === null ? '.' : `: ${suspension.reason}`;
  return new ChatError('SUSPENDED', `This account is suspended${until}${why}`, { retryAfterMs: wait > maxWait ? undefined : wait });
}

interface Parts {
  readonly db: Db;
  readonly log: Log;
  readonly config: RoleConfig;
}

/** Suspends a user. At the commit their sessions are ended, and no other can begin. Throws the errors that Administration.suspend names. */
export async function suspendUser(
  { db, log, config }: Parts,
  { actorId, userId }: OperatorTarget,
  { reason, until = null }: { readonly reason: string; readonly until?: Date | null | undefined },
): Promise<SuspensionChange> {
  if (actorId === userId) throw new ChatError('FORBIDDEN', 'You cannot suspend yourself.', { field: ['userId'] });
  requireReason(reason);
  if (until !== null && (until <= (await db.now()) || until >= endOfTime)) {
    throw new ChatError('INVALID_INPUT', 'The end of a suspension must be in the future. Leave it out for one without an end.', {
      field: ['until'],
    });
  }
  return await log.append<SuspensionChange>({
    lock: [userId],
    async decide(inside): Promise<Verdict<SuspensionChange>> {
      const row = requireExistingAccount(await inside.read(userRow, userId));
      requireNoAdmin(row, config);
      const before = isSuspended(row, inside.now) ? await inside.read(suspensionFact, userId) : null;
      const ended = (await inside.read(openSessions, userId)).map(({ id }) => id);
      const suspension = (at: Date): Suspension => ({ reason, since: before?.since ?? at, until, byId: actorId });
      return {
        entries: () => ended.map((id) => ({ stream: userId, actorId: null, entry: sessionEnded(id) })),
        async write(tx, { at }) {
          const after = suspension(at);
          await tx.suspension.upsert({ where: { userId }, create: { userId, ...after }, update: after });
          if (ended.length > 0) await endSessionRows(tx, ended, at);
          // Last, because it waits for sends of the user that are under way. No send begins after it.
          await tx.user.update({ where: { id: userId }, data: { suspendedUntil: until ?? endOfTime } });
        },
        result: ({ at }) => ({ before, after: suspension(at), ended }),
      };
    },
  });
}

/** Ends a suspension. Repeating it has no effect. Throws the errors that Administration.restore names. */
export function restoreUser({ log }: Pick<Parts, 'log'>, userId: bigint): Promise<SuspensionChange> {
  return log.append<SuspensionChange>({
    lock: [userId],
    async decide(inside): Promise<Verdict<SuspensionChange>> {
      const row = requireExistingAccount(await inside.read(userRow, userId));
      const before = isSuspended(row, inside.now) ? await inside.read(suspensionFact, userId) : null;
      const result = () => ({ before, after: null, ended: [] });
      return row.suspendedUntil === null ? { result } : { write: (tx) => liftSuspension(tx, userId), result };
    },
  });
}

/** Deletes a suspension. */
export async function liftSuspension(tx: Tx, userId: bigint): Promise<void> {
  await tx.suspension.deleteMany({ where: { userId } });
  await tx.user.update({ where: { id: userId }, data: { suspendedUntil: null } });
}

function requireReason(reason: string): void {
  if (isBlank(reason) || !isStorable(reason) || hasControls(reason, { lines: false }) || codePoints(reason) > maxReason) {
    throw new ChatError('INVALID_INPUT', `reason must be a single line of 1 to ${maxReason} characters.`, { field: ['reason'] });
  }
}
