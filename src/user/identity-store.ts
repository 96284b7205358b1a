import type { Tx } from '../db/index.ts';
import type { Identity } from '../identity/index.ts';
import type { LinkedIdentity } from './user.ts';

/** An account elsewhere. */
export type IdentityKey = Pick<Identity, 'issuer' | 'subject'>;

/** Who signs in as this; null: nobody so far. */
export async function findIdentity(tx: Tx, { issuer, subject }: IdentityKey): Promise<bigint | null> {
  const row = await tx.identity.findUnique({ where: { issuer_subject: { issuer, subject } }, select: { userId: true } });
  return row?.userId ?? null;
}

/** Who users are elsewhere, in the order asked for, of each the oldest first. */
export async function readIdentities(tx: Tx, userIds: readonly bigint[]): Promise<readonly (readonly LinkedIdentity[])[]> {
  const rows = await tx.identity.findMany({
    where: { userId: { in: [...userIds] } },
    orderBy: [{ createdAt: 'asc' }, { issuer: 'asc' }, { subject: 'asc' }],
  });
  const found = Map.groupBy(rows, ({ userId }) => userId);
  return userIds.map((id) => (found.get(id) ?? []).map(({ issuer, subject, createdAt }) => ({ issuer, subject, createdAt })));
}

/** Makes it a user's. Fails where it is another's (isDuplicate). */
export async function insertIdentity(
  tx: Tx,
  { issuer, subject, userId, createdAt }: LinkedIdentity & { readonly userId: bigint },
): Promise<void> {
  await tx.identity.create({ data: { issuer, subject, userId, createdAt } });
}

/** Makes it nobody's. */
export async function deleteIdentity(tx: Tx, { issuer, subject }: IdentityKey): Promise<void> {
  await tx.identity.deleteMany({ where: { issuer, subject } });
}
