import { type Addressed, type Db, holdAddressed, type PairRow, selectAddressed } from '../db/index.ts';
import { ChatError, type ErrorCode } from '../errors.ts';
import type { Fact } from '../log/index.ts';

/** Why somebody may not turn to somebody else. */
export type Unwelcome = 'BLOCKED' | 'NOT_CONTACTS' | 'ERASED';

/**
 * Whether one user may write to another, or add them to a group; null: they may. Who was blocked hears what strangers hear of those who take messages from
 * contacts only, and cannot tell the two. Governed by the accounts of the two.
 */
export const addressing: Fact<PairRow, Unwelcome | null> = {
  name: 'addressing',
  key: pairKey,
  read: async (tx, pairs) => judge(pairs, await selectAddressed(tx, pairs)),
};

/** The same, governed by the users' rows of the two: to be read where `fromId` is held already, and after all other locks. The other is held with it. */
export function addressingAtCommit(db: Pick<Db, 'dialect'>): Fact<PairRow, Unwelcome | null> {
  return {
    name: 'addressing at commit',
    key: pairKey,
    read: async (tx, pairs) => judge(pairs, await holdAddressed(db, tx, pairs)),
  };
}

function pairKey({ fromId, toId }: PairRow): string {
  return `${fromId}:${toId}`;
}

function judge(pairs: readonly PairRow[], found: readonly Addressed[]): readonly (Unwelcome | null)[] {
  return found.map(({ blocks, isBlocked, areContacts, isClosed, isErased }, place) => {
    if (pairs[place]?.fromId === pairs[place]?.toId) return null;
    if (isErased) return 'ERASED';
    if (blocks) return 'BLOCKED';
    return isBlocked || (isClosed && !areContacts) ? 'NOT_CONTACTS' : null;
  });
}

const says: Readonly<Record<Unwelcome, { readonly code: ErrorCode; readonly message: string }>> = {
  BLOCKED: { code: 'BLOCKED', message: 'You have blocked this user. Unblock them first.' },
  NOT_CONTACTS: { code: 'NOT_CONTACTS', message: 'This user accepts messages from contacts only. Send a contact request first.' },
  ERASED: { code: 'FORBIDDEN', message: 'This user’s account no longer exists.' },
};

/** The refusal of who may not turn to somebody. */
export function unwelcome(why: Unwelcome, ...field: readonly string[]): ChatError {
  const { code, message } = says[why];
  return new ChatError(code, message, { field });
}
