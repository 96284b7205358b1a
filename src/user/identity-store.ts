import type { Tx } from '../db/index.ts';
import type { Identity } from '../identity/index.ts';
import type { LinkedIdentity } from './user.ts';

/** The key of an identity. */
export type IdentityKey = Pick<Identity, 'issuer' | 'subject'>;

/** Returns the user with an identity, or null if there is none. */
export async function findIdentity(tx: Tx, { issuer, subject }: IdentityKey): Promise<bigint | null> {
  const row = await tx.identity.findUnique({ where: { issuer_subject: { issuer, subject } }, select: { userId: true } });
  return row?.userId ?? null;
}

/** Reads the identities of users, in the order of `userIds`, each oldest first. */
export async function readIdentities(tx: Tx, userIds: readonly bigint[]): Promise<readonly (readonly LinkedIdentity[])[]> {
  const rows = await tx.identity.findMany({
    where: { userId: { in: [...userIds] } },
    orderBy: [{ createdAt: 'asc' }, { issuer: 'asc' }, { subject: 'asc' }],
  });
  const found = Map.groupBy(rows, ({ userId }) => userId);
  return userIds.map((id) => (found.get(id) ?? []).map(({ issuer, subject, createdAt }) => ({ issuer, subject, createdAt })));
}

/** Stores an identity of a user. Fails with an error that isDuplicate recognizes if it belongs to another user. */
export async function insertIdentity(
  tx: Tx,
  { issuer, subject, userId, createdAt }: LinkedIdentity & { readonly userId: bigint },
): Promise<void> {
  await tx.identity.create({ data: { issuer, subject, userId, createdAt } });
}

/** Deletes an identity. */
export async function deleteIdentity(tx: Tx, { issuer, subject }: IdentityKey): Promise<void> {
  await tx.identity.deleteMany({ where: { issuer, subject } });
}
