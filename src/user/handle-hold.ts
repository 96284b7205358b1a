import { isDuplicate, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { putJob } from '../jobs/index.ts';
import type { UserParts } from './parts.ts';

const dayMs = 86_400_000;

/** A user who takes a handle, at a moment by the database's clock. */
interface Taking {
  readonly handle: string;
  readonly userId: bigint;
  readonly at: Date;
}

/**
 * Fails a transaction that has taken a handle which is kept back for another user. Not a ChatError, because it does not concern the other
 * appends that share the commit.
 */
export class HandleHeld extends Error {}

/** Creates the error for a handle that belongs to another user, or did until recently. */
export function handleTaken(): ChatError {
  return new ChatError('CONFLICT', 'This handle is taken. Choose another.', { field: ['handle'] });
}

/** Returns handleTaken() for the error of a write whose handle is not free, and any other error as it is. */
export function takenOr(error: unknown): unknown {
  return isDuplicate(error) || error instanceof HandleHeld ? handleTaken() : error;
}

/**
 * Returns whether a handle is reserved because config ADMIN_HANDLES makes its owner an admin. A user for whom the handle is kept back may
 * take it again.
 */
export async function isReserved(
  tx: Tx,
  { adminHandles }: Pick<UserParts['config'], 'adminHandles'>,
  { handle, userId, at }: Taking,
): Promise<boolean> {
  if (!adminHandles.includes(handle)) return false;
  const hold = await tx.handleHold.findUnique({ where: { handle } });
  return hold?.userId !== userId || hold.until <= at;
}

/** Returns whether a handle is kept back for a user other than `userId`. */
export async function isHeld(tx: Tx, { handle, userId, at }: Taking): Promise<boolean> {
  const hold = await tx.handleHold.findUnique({ where: { handle } });
  return hold !== null && hold.userId !== userId && hold.until > at;
}

/**
 * Checks that a handle which the transaction has just given to a user is not kept back for another, and removes its hold. Must follow the
 * write of the handle: before that, a user who gives the handle up may not have committed, and their hold would not be visible (decision
 * 19). Throws HandleHeld.
 */
export async function settleHold(tx: Tx, taking: Taking): Promise<void> {
  if (await isHeld(tx, taking)) throw new HandleHeld();
  await tx.handleHold.deleteMany({ where: { handle: taking.handle } });
}

/** Keeps back a handle that a user gives up in this transaction, for config HANDLE_HOLD_DAYS. */
export async function holdHandle(
  tx: Tx,
  { handleHoldDays }: Pick<UserParts['config'], 'handleHoldDays'>,
  { handle, userId, at }: Taking,
): Promise<void> {
  if (handleHoldDays === 0) return;
  const until = new Date(at.getTime() + handleHoldDays * dayMs);
  await tx.handleHold.upsert({ where: { handle }, create: { handle, userId, until }, update: { userId, until } });
  // A job per hold: with one per user, a later hold would put off the end of an earlier one.
  await putJob(tx, { kind: 'HandleFreed', key: `${userId} ${until.getTime()}`, data: { userId }, dueAt: until });
}

/** Deletes the expired holds of a user's former handles. */
export async function freeHandles({ db }: Pick<UserParts, 'db'>, userId: bigint): Promise<void> {
  const now = await db.now();
  await db.transaction((tx) => tx.handleHold.deleteMany({ where: { userId, until: { lte: now } } }));
}
