import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { termsOfName } from '../term.ts';
import type { JoinPolicy } from './conversation.ts';
import type { GroupParts } from './parts.ts';
import type { ConversationRow } from './store.ts';

/** Checks that a group may be listed in the directory. Throws INVALID_INPUT (listed), FORBIDDEN (listed). */
export function requireListable(joinPolicy: JoinPolicy, { groupDirectory }: Pick<GroupParts['config'], 'groupDirectory'>): void {
  const field = ['listed'];
  if (isClosed(joinPolicy))
    throw new ChatError('INVALID_INPUT', 'Only a group whose joinPolicy is OPEN or APPROVAL can be listed.', { field });
  if (!groupDirectory) throw new ChatError('FORBIDDEN', 'This server has no directory of groups, so a group cannot be listed.', { field });
}

/** Whether a group with this policy is hidden from users who are not members. Such a group is never listed. */
export function isClosed(joinPolicy: JoinPolicy): boolean {
  return joinPolicy === 'INVITE_ONLY';
}

/** The columns of a group that decide how it is found. */
type Findable = Pick<ConversationRow, 'name' | 'listed'>;

/**
 * Updates the terms by which a group is found after its name or listing changed. Executes no statement if the group was not listed and is
 * not.
 */
export async function storeTerms(tx: Tx, conversationId: bigint, { before, after }: Record<'before' | 'after', Findable>): Promise<void> {
  if (before.listed === after.listed && (before.name === after.name || !after.listed)) return;
  if (before.listed) await tx.groupTerm.deleteMany({ where: { conversationId } });
  if (!after.listed) return;
  // All listed groups are found by the empty term.
  const terms = ['', ...termsOfName(after.name ?? '')];
  await tx.groupTerm.createMany({ data: terms.map((term) => ({ term, conversationId })) });
}
