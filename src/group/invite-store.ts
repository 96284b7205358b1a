import { randomBytes } from 'node:crypto';
import { inPieces, type Tx } from '../db/index.ts';
import type { Fact } from '../log/index.ts';
import { uuidBytes, uuidText } from '../uuid.ts';
import type { Invite } from './joining.ts';

/** An invitation's row, whether it is good or not. */
export type InviteRow = Awaited<ReturnType<Tx['groupInvite']['findMany']>>[number];

// 120 bits, which come out as 20 characters without a rest: nobody guesses one.
const codeBytes = 15;

/** A code that nobody else has. */
export function newCode(): string {
  return randomBytes(codeBytes).toString('base64url');
}

/** True for what could be a code; anything else need not be looked for. */
export function isCode(text: string): boolean {
  return /^[\w-]{20}$/.test(text);
}

/** True while an invitation lets people in. `now`: the database's clock. */
export function isGood({ revokedAt, expiresAt, usesLeft }: InviteRow, now: Date): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now) && (usesLeft === null || usesLeft > 0);
}

/** A row as those who see it may know it. */
export function inviteOf({ id, conversationId, code, createdById, createdAt, expiresAt, usesLeft }: InviteRow): Invite {
  return { id: uuidText(id), conversationId, code, createdById, createdAt, expiresAt, usesLeft };
}

/** The invitation with a code. Governed by its group's stream. */
export const inviteByCode: Fact<string, InviteRow | null> = { name: 'invite by code', key: String, read: readInvitesByCode };

/** An invitation by UUID text. Governed by its group's stream. */
export const inviteRow: Fact<string, InviteRow | null> = { name: 'invite', key: String, read: readInvites };

/** A group's invitations that were not revoked, newest first: as many as there may be, for with each new one the spent ones go. Governed by its stream. */
export const standingInvites: Fact<bigint, readonly InviteRow[]> = { name: 'invites', key: String, read: readStanding };

/** In the order asked for; null where there is none. */
export async function readInvitesByCode(tx: Tx, codes: readonly string[]): Promise<readonly (InviteRow | null)[]> {
  const rows = await inPieces(codes, (piece) => tx.groupInvite.findMany({ where: { code: { in: [...piece] } } }));
  const found = new Map(rows.map((row) => [row.code, row]));
  return codes.map((code) => found.get(code) ?? null);
}

/** By UUID text, in the order asked for; null where there is none. */
export async function readInvites(tx: Tx, ids: readonly string[]): Promise<readonly (InviteRow | null)[]> {
  const rows = await inPieces(ids, (piece) => tx.groupInvite.findMany({ where: { id: { in: piece.map(uuidBytes) } } }));
  const found = new Map(rows.map((row) => [uuidText(row.id), row]));
  return ids.map((id) => found.get(id) ?? null);
}

/** Those of each group that were not revoked, newest first, in the order asked for. */
export async function readStanding(tx: Tx, conversationIds: readonly bigint[]): Promise<readonly (readonly InviteRow[])[]> {
  const rows = await inPieces(conversationIds, (piece) =>
    tx.groupInvite.findMany({ where: { conversationId: { in: [...piece] }, revokedAt: null } }),
  );
  // An id tells when it was made.
  const newestFirst = rows.toSorted((one, other) => Buffer.compare(other.id, one.id));
  const found = Map.groupBy(newestFirst, ({ conversationId }) => conversationId);
  return conversationIds.map((id) => found.get(id) ?? []);
}

/** Marks invitations as good no more. */
export async function endInvites(tx: Tx, invites: readonly Pick<InviteRow, 'id'>[], at: Date): Promise<void> {
  if (invites.length === 0) return;
  await tx.groupInvite.updateMany({ where: { id: { in: invites.map(({ id }) => id) } }, data: { revokedAt: at } });
}

/** Takes one use of an invitation, whose group's stream is locked; with the last it ends. */
export async function takeUse(tx: Tx, { id, usesLeft }: InviteRow, at: Date): Promise<void> {
  if (usesLeft === null) return;
  await tx.groupInvite.update({ where: { id }, data: { usesLeft: usesLeft - 1, ...(usesLeft === 1 && { revokedAt: at }) } });
}
