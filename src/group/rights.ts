import type { Conversation, Membership } from './conversation.ts';
import type { Wish } from './may.ts';
import type { GroupParts } from './parts.ts';

/** What a member's rights in a group follow from. */
export type Rights = Omit<Wish, 'to'>;

/** Somebody's part in a conversation, with the conversation. */
export interface PartIn {
  readonly conversation: Conversation;
  readonly access: Membership;
}

/** What the rights of members follow from as they were read, in the order asked for. Throws UNAVAILABLE. */
export async function readRights({ db }: Pick<GroupParts, 'db'>, of: readonly PartIn[]): Promise<readonly Rights[]> {
  // Where nobody was ever muted the time decides nothing, and need not be asked for.
  const timed = of.some(({ conversation, access }) => conversation.mutedUntil !== null || access.mutedUntil !== null);
  const now = timed ? await db.now() : new Date();
  return of.map(({ conversation, access }) => ({ group: conversation, access, now }));
}
