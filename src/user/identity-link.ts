import type { Config } from '../config/index.ts';
import { isDuplicate, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { isIdentityName, nameRule } from '../identity/index.ts';
import type { Log, Verdict } from '../log/index.ts';
import type { Administration } from './administration.ts';
import { identityOwner, userRow } from './facts.ts';
import { deleteIdentity, type IdentityKey, insertIdentity } from './identity-store.ts';
import { type OperatorTarget, requireExistingAccount, requireNoAdmin, requirePerson } from './operator-target.ts';
import type { RoleConfig } from './role.ts';
import type { UserRow } from './store.ts';

interface LinkParts {
  readonly log: Log;
  readonly config: RoleConfig & Pick<Config, 'identityIssuer'>;
}

type Linked = Parameters<Administration['link']>[1];

/** Links an identity to a user. Repeating it has no effect. Throws the errors that Administration.link names. */
export function linkIdentity(parts: LinkParts, actorId: bigint | null, wanted: Linked): Promise<boolean> {
  const { userId } = wanted;
  const key = requireIdentity(parts, wanted);
  return underLock(parts, { actorId, userId, key }, (row, owner) => {
    requirePerson(requireExistingAccount(row));
    if (owner !== null && owner !== userId) throw identityTaken();
    return owner === userId ? null : (tx, at) => insertIdentity(tx, { ...key, userId, createdAt: at });
  }).catch((error: unknown) => {
    // The lock is on the user, not on the identity: the account of somebody who signs in with it for the first time may be stored at the
    // same moment.
    throw isDuplicate(error) ? identityTaken() : error;
  });
}

/** Unlinks an identity from a user. Repeating it has no effect. Throws the errors that Administration.unlink names. */
export function unlinkIdentity(parts: LinkParts, actorId: bigint | null, wanted: Linked): Promise<boolean> {
  const { userId } = wanted;
  const key = requireIdentity(parts, wanted);
  return underLock(parts, { actorId, userId, key }, (row, owner) => {
    // Also for an erased account: a node of a release that does not know identities leaves those of the accounts that it erases.
    if (owner === userId) return (tx) => deleteIdentity(tx, key);
    requireExistingAccount(row);
    return null;
  });
}

type Write = (tx: Tx, at: Date) => Promise<void>;

/**
 * Runs the write that `decide` returns for the user and the identity's present owner, under the lock. Returns whether there was a write.
 */
function underLock(
  { log, config }: LinkParts,
  { actorId, userId, key }: OperatorTarget & { readonly key: IdentityKey },
  decide: (row: UserRow | null, owner: bigint | null) => Write | null,
): Promise<boolean> {
  return log.append<boolean>({
    lock: [userId],
    async decide(inside): Promise<Verdict<boolean>> {
      const row = await inside.read(userRow, userId);
      // Whoever owns an identity that is linked to an admin has the rights of that admin.
      if (actorId !== null && row !== null) requireNoAdmin(row, config);
      const write = decide(row, await inside.read(identityOwner, key));
      return write === null ? { result: () => false } : { write: (tx, { at }) => write(tx, at), result: () => true };
    },
  });
}

/** Returns the named identity, by default of config IDENTITY_ISSUER. Throws ChatError INVALID_INPUT (subject, issuer). */
export function requireIdentity(
  { config }: { readonly config: Pick<Config, 'identityIssuer'> },
  { subject, issuer = null }: Omit<Linked, 'userId'>,
): IdentityKey {
  const key = { subject, issuer: issuer ?? config.identityIssuer };
  if (!isIdentityName(subject)) throw new ChatError('INVALID_INPUT', `subject must be ${nameRule}.`, { field: ['subject'] });
  if (!isIdentityName(key.issuer)) {
    throw new ChatError('INVALID_INPUT', `issuer must be ${nameRule}. It can be left out only where IDENTITY_ISSUER is set.`, {
      field: ['issuer'],
    });
  }
  return key;
}

/** Creates the error for an identity that belongs to another user. */
export function identityTaken(): ChatError {
  return new ChatError('CONFLICT', 'This identity already belongs to another user.', { field: ['subject'] });
}
