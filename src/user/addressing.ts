import { type PairRow, selectAddressed } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Fact } from '../log/index.ts';

/** Why somebody may not turn to somebody else. */
export type Unwelcome = 'BLOCKED' | 'NOT_CONTACTS';

/**
 * Whether one user may write to another, or add them to a group; null: they may. Who was blocked hears what strangers hear of those who take messages from
 * contacts only, and cannot tell the two. Governed by the accounts of the two, and by their users' rows.
 */
export const addressing: Fact<PairRow, Unwelcome | null> = {
  name: 'addressing',
  key: ({ fromId, toId }) => `${fromId}:${toId}`,
  async read(tx, pairs) {
    const found = await selectAddressed(tx, pairs);
    return found.map(({ blocks, isBlocked, areContacts, isClosed }, place) => {
      if (pairs[place]?.fromId === pairs[place]?.toId) return null;
      if (blocks) return 'BLOCKED';
      return isBlocked || (isClosed && !areContacts) ? 'NOT_CONTACTS' : null;
    });
  },
};

const says: Readonly<Record<Unwelcome, string>> = {
  BLOCKED: 'You have blocked them: unblock them first.',
  NOT_CONTACTS: 'They take messages from their contacts only: ask them to become one.',
};

/** The refusal of who may not turn to somebody. */
export function unwelcome(code: Unwelcome, ...field: readonly string[]): ChatError {
  return new ChatError(code, says[code], { field });
}
