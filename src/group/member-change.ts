import type { MemberField, Verdict } from '../log/index.ts';
import { memberChanged } from './entries.ts';
import type { MembershipRow } from './store.ts';

/** A change of a member's part in a group, which everybody there sees. */
export interface MemberChange {
  readonly groupId: bigint;
  readonly actorId: bigint;
  readonly userId: bigint;
  /** What the entry names. */
  readonly fields: MemberField[];
  readonly to: Partial<Pick<MembershipRow, 'state' | 'role' | 'nickname' | 'mutedUntil'>>;
}

/** Changes one row, and tells the conversation. */
export function changeMember({ groupId, actorId, userId, fields, to }: MemberChange): Verdict<void> {
  return {
    entries: () => [memberChanged(groupId, actorId, { userId, fields })],
    async write(tx) {
      await tx.membership.update({ where: { conversationId_userId: { conversationId: groupId, userId } }, data: to });
    },
    result: () => undefined,
  };
}

/** Where all is as it is to be. */
export const unchanged: Verdict<void> = { result: () => undefined };
