import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { termsOfName } from '../term.ts';
import type { JoinPolicy } from './conversation.ts';
import type { GroupParts } from './parts.ts';
import type { ConversationRow } from './store.ts';

/** Refuses that a group is put in the directory where it cannot be. Throws INVALID_INPUT (listed), FORBIDDEN (listed). */
export function requireListable(joinPolicy: JoinPolicy, { groupDirectory }: Pick<GroupParts['config'], 'groupDirectory'>): void {
  const field = ['listed'];
  if (isClosed(joinPolicy))
    throw new ChatError('INVALID_INPUT', 'Only a group whose joinPolicy is OPEN or APPROVAL can be listed.', { field });
  if (!groupDirectory) throw new ChatError('FORBIDDEN', 'This server has no directory of groups, so a group cannot be listed.', { field });
}

/** Whether a group of that policy is a secret to who is not in it: such a group is not listed. */
export function isClosed(joinPolicy: JoinPolicy): boolean {
  return joinPolicy === 'INVITE_ONLY';
}

/** What of a group decides by what it is found. */
type Findable = Pick<ConversationRow, 'name' | 'listed'>;

/** Keeps by what a group is found as it is called and listed. Costs nothing where it was not listed and is not. */
export async function storeTerms(tx: Tx, conversationId: bigint, { before, after }: Record<'before' | 'after', Findable>): Promise<void> {
  if (before.listed === after.listed && (before.name === after.name || !after.listed)) return;
  if (before.listed) await tx.groupTerm.deleteMany({ where: { conversationId } });
  if (!after.listed) return;
  // The empty one is where all are found that are listed.
  const terms = ['', ...termsOfName(after.name ?? '')];
  await tx.groupTerm.createMany({ data: terms.map((term) => ({ term, conversationId })) });
}
