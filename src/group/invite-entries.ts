import type { Written } from './entries.ts';

/** Tells the accounts that may see a group's invites that one was added, ended or used. */
export function invitesChanged(conversationId: bigint, actorId: bigint, accounts: readonly bigint[]): readonly Written[] {
  return accounts.map((stream) => ({ stream, actorId, entry: { type: 'InvitesChanged' as const, data: { conversationId } } }));
}
