import type { MemberField, Verdict } from '../log/index.ts';
import { memberChanged } from './entries.ts';
import type { MembershipRow } from './store.ts';

/** A change of a membership that all members see. */
export interface MemberChange {
  readonly groupId: bigint;
  readonly actorId: bigint;
  readonly userId: bigint;
  /** The fields that the entry names. */
  readonly fields: MemberField[];
  readonly to: Partial<Pick<MembershipRow, 'role' | 'mutedUntil'>>;
}

/** Makes the verdict that changes one membership and tells the conversation. */
export function changeMember({ groupId, actorId, userId, fields, to }: MemberChange): Verdict<void> {
  return {
    entries: () => [memberChanged(groupId, actorId, { userId, fields })],
    async write(tx) {
      await tx.membership.update({ where: { conversationId_userId: { conversationId: groupId, userId } }, data: to });
    },
    result: () => undefined,
  };
}

/** The verdict of an act that has nothing to change. */
export const unchanged: Verdict<void> = { result: () => undefined };
