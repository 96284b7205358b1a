import { type Addressed, type Db, holdAddressed, type PairRow, selectAddressed } from '../db/index.ts';
import { ChatError, type ErrorCode } from '../errors.ts';
import type { Fact } from '../log/index.ts';

/** Why a user may not write to another user. */
export type AddressingFault = 'BLOCKED' | 'NOT_CONTACTS' | 'ERASED';

/**
 * Whether a user may write to another user or add them to a group: null, or the reason why not. A blocked user gets the same reason as a
 * stranger who writes to a user that accepts messages from contacts only, and cannot tell the two apart. Governed by the account streams of
 * both users.
 */
export const addressing: Fact<PairRow, AddressingFault | null> = {
  name: 'addressing',
  key: pairKey,
  read: async (tx, pairs) => faultsOf(pairs, await selectAddressed(tx, pairs)),
};

/**
 * The same, governed by the rows of both users. It must be read after all other locks are taken, while the row of `fromId` is locked. It
 * locks the row of `toId` as well.
 */
export function addressingAtCommit(db: Pick<Db, 'dialect'>): Fact<PairRow, AddressingFault | null> {
  return {
    name: 'addressing at commit',
    key: pairKey,
    read: async (tx, pairs) => faultsOf(pairs, await holdAddressed(db, tx, pairs)),
  };
}

function pairKey({ fromId, toId }: PairRow): string {
  return `${fromId}:${toId}`;
}

function faultsOf(pairs: readonly PairRow[], found: readonly Addressed[]): readonly (AddressingFault | null)[] {
  return found.map(({ blocks, isBlocked, areContacts, isClosed, isErased }, place) => {
    if (pairs[place]?.fromId === pairs[place]?.toId) return null;
    if (isErased) return 'ERASED';
    if (blocks) return 'BLOCKED';
    return isBlocked || (isClosed && !areContacts) ? 'NOT_CONTACTS' : null;
  });
}

const says: Readonly<Record<AddressingFault, { readonly code: ErrorCode; readonly message: string }>> = {
  BLOCKED: { code: 'BLOCKED', message: 'You have blocked this user. Unblock them first.' },
  NOT_CONTACTS: { code: 'NOT_CONTACTS', message: 'This user accepts messages from contacts only. Send a contact request first.' },
  ERASED: { code: 'FORBIDDEN', message: 'This user’s account no longer exists.' },
};

/** Creates the error for a user who may not write to another user. */
export function addressingError(why: AddressingFault, ...field: readonly string[]): ChatError {
  const { code, message } = says[why];
  return new ChatError(code, message, { field });
}
