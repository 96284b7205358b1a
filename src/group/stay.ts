import { inPieces, type Tx } from '../db/index.ts';
import type { Conversation, Role } from './conversation.ts';
import { type MembershipState, readConversationRows, sidesOf } from './store.ts';

/** A part that a user has, or had, in a conversation, as they may keep it for themselves. */
export interface Stay {
  readonly conversationId: bigint;
  readonly kind: Conversation['kind'];
  /** Of a group that they are in; null of any other. */
  readonly name: string | null;
  /** The other one of a direct conversation; null of a group. */
  readonly peerId: bigint | null;
  readonly state: MembershipState;
  readonly role: Role;
  readonly joinedAt: Date;
  readonly nickname: string | null;
}

/** Every part that a user has, or ever had, in a conversation, past the conversation `after`, by id. */
export async function listStays(
  tx: Tx,
  userId: bigint,
  { first, after }: { readonly first: number; readonly after: bigint },
): Promise<readonly Stay[]> {
  const rows = await tx.membership.findMany({
    where: { userId, conversationId: { gt: after } },
    orderBy: { conversationId: 'asc' },
    take: first,
  });
  const ids = rows.map(({ conversationId }) => conversationId);
  const found = new Map(
    (await inPieces(ids, (piece) => readConversationRows(tx, piece))).flatMap((row) => (row === null ? [] : [[row.id, row] as const])),
  );
  return rows.flatMap((row): readonly Stay[] => {
    const conversation = found.get(row.conversationId);
    if (conversation === undefined) return [];
    const [one, other] = conversation.directKey === null ? [] : sidesOf(conversation.directKey);
    const { conversationId, joinedAt, nickname } = row;
    return [
      {
        ...{ conversationId, joinedAt, nickname, kind: conversation.kind as Stay['kind'] },
        ...{ state: row.state as MembershipState, role: row.role as Role },
        name: row.state === 'ACTIVE' ? conversation.name : null,
        peerId: (one === userId ? other : one) ?? null,
      },
    ];
  });
}
