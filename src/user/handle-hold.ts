import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { leaveJob } from '../jobs/index.ts';
import type { UserParts } from './parts.ts';

const dayMs = 86_400_000;

/** Somebody who takes a handle, at a moment by the database's clock. */
interface Taking {
  readonly handle: string;
  readonly userId: bigint;
  readonly at: Date;
}

/**
 * What a transaction fails with that has taken a handle which is kept back for another. No ChatError: those who share its commit are not meant.
 */
export class HandleHeld extends Error {}

/** The refusal of a handle that is somebody's, or was until lately. */
export function handleTaken(): ChatError {
  return new ChatError('CONFLICT', 'This handle is taken. Choose another.', { field: ['handle'] });
}

/**
 * Whether a handle can be nobody else's, because config ADMIN_HANDLES makes an admin of whoever has it. Somebody for whom it is kept back may have it again: it was theirs.
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

/** Whether a handle is kept back for somebody other than `userId`. */
export async function isHeld(tx: Tx, { handle, userId, at }: Taking): Promise<boolean> {
  const hold = await tx.handleHold.findUnique({ where: { handle } });
  return hold !== null && hold.userId !== userId && hold.until > at;
}

/**
 * Sees to it that a handle which the transaction has just given to a user is not kept back for another, and is kept back no more. It comes after
 * the handle was written: until then whoever gave it up may not have committed, and their hold not be seen. Throws HandleHeld.
 */
export async function settleHold(tx: Tx, taking: Taking): Promise<void> {
  if (await isHeld(tx, taking)) throw new HandleHeld();
  await tx.handleHold.deleteMany({ where: { handle: taking.handle } });
}

/** Keeps a handle back that a user gives up in this transaction, for config HANDLE_HOLD_DAYS. */
export async function holdHandle(
  tx: Tx,
  { handleHoldDays }: Pick<UserParts['config'], 'handleHoldDays'>,
  { handle, userId, at }: Taking,
): Promise<void> {
  if (handleHoldDays === 0) return;
  const until = new Date(at.getTime() + handleHoldDays * dayMs);
  await tx.handleHold.upsert({ where: { handle }, create: { handle, userId, until }, update: { userId, until } });
  await leaveJob(tx, { kind: 'HandleFreed', key: String(userId), data: { userId }, dueAt: until });
}

/** Forgets which handles were a user's and are kept back no more. */
export async function freeHandles({ db }: Pick<UserParts, 'db'>, userId: bigint): Promise<void> {
  const now = await db.now();
  await db.transaction((tx) => tx.handleHold.deleteMany({ where: { userId, until: { lte: now } } }));
}
