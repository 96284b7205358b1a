import type { Written } from './entries.ts';

/** Tells those who see a group's invitations that there is another one, one less, or one with fewer uses left. */
export function invitesChanged(conversationId: bigint, actorId: bigint, accounts: readonly bigint[]): readonly Written[] {
  return accounts.map((stream) => ({ stream, actorId, entry: { type: 'InvitesChanged' as const, data: { conversationId } } }));
}
