import type { Conversation, Membership } from './conversation.ts';
import type { PermissionRequest } from './may.ts';
import type { GroupParts } from './parts.ts';

/** What a member's rights in a group depend on. */
export type Rights = Omit<PermissionRequest, 'to'>;

/** A conversation and a membership in it. */
export interface PartIn {
  readonly conversation: Conversation;
  readonly access: Membership;
}

/** Reads what members' rights depend on. Results are in the order of `of`. Throws UNAVAILABLE. */
export async function readRights({ db }: Pick<GroupParts, 'db'>, of: readonly PartIn[]): Promise<readonly Rights[]> {
  // The database's clock matters only if there is a mute. Otherwise a round trip is saved.
  const timed = of.some(({ conversation, access }) => conversation.mutedUntil !== null || access.mutedUntil !== null);
  const now = timed ? await db.now() : new Date();
  return of.map(({ conversation, access }) => ({ group: conversation, access, now }));
}
