import { randomBytes } from 'node:crypto';
import { inPieces, type Tx } from '../db/index.ts';
import type { Fact } from '../log/index.ts';
import { uuidBytes, uuidText } from '../uuid.ts';
import type { Invite } from './joining.ts';

/** The row of an invite, valid or not. */
export type InviteRow = Awaited<ReturnType<Tx['groupInvite']['findMany']>>[number];

// 120 bits cannot be guessed, and make exactly 20 characters.
const codeBytes = 15;

/** Makes a new code at random. */
export function newCode(): string {
  return randomBytes(codeBytes).toString('base64url');
}

/** Whether a text has the form of a code. Other texts need not be looked up. */
export function isCode(text: string): boolean {
  return /^[\w-]{20}$/.test(text);
}

/** Whether an invite can be used to join. `now`: the database's clock. */
export function isGood({ revokedAt, expiresAt, usesLeft }: InviteRow, now: Date): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now) && (usesLeft === null || usesLeft > 0);
}

/** Makes an invite from its row, as users may see it. */
export function inviteOf({ id, conversationId, code, createdById, createdAt, expiresAt, usesLeft }: InviteRow): Invite {
  return { id: uuidText(id), conversationId, code, createdById, createdAt, expiresAt, usesLeft };
}

/** The invite with a code. It changes only under the lock of its group's stream. */
export const inviteByCode: Fact<string, InviteRow | null> = { name: 'invite by code', key: String, read: readInvitesByCode };

/** An invite by UUID text. It changes only under the lock of its group's stream. */
export const inviteRow: Fact<string, InviteRow | null> = { name: 'invite', key: String, read: readInvites };

/**
 * A group's invites that were not revoked, newest first. Bounded by MAX_INVITES: each new invite removes those that have expired or are
 * used up. They change only under the lock of the group's stream.
 */
export const standingInvites: Fact<bigint, readonly InviteRow[]> = { name: 'invites', key: String, read: readStanding };

/** Reads invites by code. Results are in the order of `codes`; null if there is none. */
export async function readInvitesByCode(tx: Tx, codes: readonly string[]): Promise<readonly (InviteRow | null)[]> {
  const rows = await inPieces(codes, (piece) => tx.groupInvite.findMany({ where: { code: { in: [...piece] } } }));
  const found = new Map(rows.map((row) => [row.code, row]));
  return codes.map((code) => found.get(code) ?? null);
}

/** Reads invites by UUID text. Results are in the order of `ids`; null if there is none. */
export async function readInvites(tx: Tx, ids: readonly string[]): Promise<readonly (InviteRow | null)[]> {
  const rows = await inPieces(ids, (piece) => tx.groupInvite.findMany({ where: { id: { in: piece.map(uuidBytes) } } }));
  const found = new Map(rows.map((row) => [uuidText(row.id), row]));
  return ids.map((id) => found.get(id) ?? null);
}

/** Reads each group's invites that were not revoked, newest first. Results are in the order of `conversationIds`. */
export async function readStanding(tx: Tx, conversationIds: readonly bigint[]): Promise<readonly (readonly InviteRow[])[]> {
  const rows = await inPieces(conversationIds, (piece) =>
    tx.groupInvite.findMany({ where: { conversationId: { in: [...piece] }, revokedAt: null } }),
  );
  // Ids are in order of creation.
  const newestFirst = rows.toSorted((one, other) => Buffer.compare(other.id, one.id));
  const found = Map.groupBy(newestFirst, ({ conversationId }) => conversationId);
  return conversationIds.map((id) => found.get(id) ?? []);
}

/** Marks invites as revoked. */
export async function endInvites(tx: Tx, invites: readonly Pick<InviteRow, 'id'>[], at: Date): Promise<void> {
  if (invites.length === 0) return;
  await tx.groupInvite.updateMany({ where: { id: { in: invites.map(({ id }) => id) } }, data: { revokedAt: at } });
}

/** Takes one use of an invite and revokes it with the last. The group's stream must be locked. */
export async function takeUse(tx: Tx, { id, usesLeft }: InviteRow, at: Date): Promise<void> {
  if (usesLeft === null) return;
  await tx.groupInvite.update({ where: { id }, data: { usesLeft: usesLeft - 1, ...(usesLeft === 1 && { revokedAt: at }) } });
}
