import type { Tx } from '../db/index.ts';
import type { Conversation, Role } from './conversation.ts';
import { type MembershipState, readConversationRows, sidesOf } from './store.ts';

/** A membership that a user has or had, as an export of their data shows it. */
export interface MembershipRecord {
  readonly conversationId: bigint;
  readonly kind: Conversation['kind'];
  /** The name of a group that the user is a member of; null otherwise. */
  readonly name: string | null;
  /** The other user of a direct conversation; null for a group. */
  readonly peerId: bigint | null;
  readonly state: MembershipState;
  readonly role: Role;
  readonly joinedAt: Date;
  readonly nickname: string | null;
}

/** Reads all memberships that a user has or ever had, in pages: those after the conversation `after`, ordered by conversation id. */
export async function listMembershipRecords(
  tx: Tx,
  userId: bigint,
  { first, after }: { readonly first: number; readonly after: bigint },
): Promise<readonly MembershipRecord[]> {
  const rows = await tx.membership.findMany({
    where: { userId, conversationId: { gt: after } },
    orderBy: { conversationId: 'asc' },
    take: first,
  });
  const conversations = await readConversationRows(
    tx,
    rows.map(({ conversationId }) => conversationId),
  );
  return rows.flatMap((row, place): readonly MembershipRecord[] => {
    const conversation = conversations[place] ?? null;
    if (conversation === null) return [];
    // The rows of a dissolved group's members are updated by a job, some time later.
    const state = row.state === 'ACTIVE' && conversation.dissolvedAt !== null ? 'DISSOLVED' : (row.state as MembershipState);
    const [one, other] = conversation.directKey === null ? [] : sidesOf(conversation.directKey);
    const { conversationId, joinedAt, nickname } = row;
    return [
      {
        ...{ conversationId, state, joinedAt, nickname, role: row.role as Role },
        kind: conversation.kind as MembershipRecord['kind'],
        name: state === 'ACTIVE' ? conversation.name : null,
        peerId: (one === userId ? other : one) ?? null,
      },
    ];
  });
}
