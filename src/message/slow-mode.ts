import { selectPages, sql } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { type MembershipRef, msUntil } from '../group/index.ts';
import type { Fact, Inside } from '../log/index.ts';
import type { MessageParts } from './parts.ts';
import type { Writing } from './writing.ts';

/** Somebody who has to wait between two messages. */
export interface Slowed extends MembershipRef {
  readonly seconds: number;
}

/** The member of a group in slow mode as one who has to wait; null where they need not, as its owner and admins never do. */
export function slowed({ access, row }: Pick<Writing, 'access' | 'row'>): Slowed | null {
  if (row === null || row.slowModeSeconds === 0 || access.role !== 'MEMBER') return null;
  return { conversationId: row.id, userId: access.userId, seconds: row.slowModeSeconds };
}

/** The key (Append.keys) of what somebody says who has to wait: no two of theirs share a commit, for neither would find the other. */
export function paceKey({ userId }: Slowed): string {
  return `pace of ${userId}`;
}

// MariaDB may rather go back through all that was said since by others.
const ownMessages = { index: 'Message_conversationId_senderId_seq_idx' };

/** When somebody last said something in a conversation; null: never. Governed by its stream. */
function lastSaidAt(db: MessageParts['db']): Fact<MembershipRef, Date | null> {
  return {
    name: 'last said',
    key: ({ conversationId, userId }) => `${conversationId}:${userId}`,
    async read(tx, refs) {
      const rests = refs.map(
        ({ conversationId, userId }) => sql`conversationId = ${conversationId} AND senderId = ${userId} ORDER BY seq DESC LIMIT 1`,
      );
      const found = await selectPages(db, tx, { model: 'Message', rests, ...ownMessages });
      return found.map(([newest]) => newest?.sentAt ?? null);
    },
  };
}

/** Throws RATE_LIMITED (conversationId) while they have to wait. What was taken back was said all the same. */
export async function requirePause(db: MessageParts['db'], inside: Inside, { seconds, ...ref }: Slowed): Promise<void> {
  const last = await inside.read(lastSaidAt(db), ref);
  const next = last === null ? null : new Date(last.getTime() + seconds * 1_000);
  if (next === null || next <= inside.now) return;
  throw new ChatError('RATE_LIMITED', 'This group is in slow mode. Wait before you send another message.', {
    field: ['conversationId'],
    retryAfterMs: msUntil(next, inside.now),
  });
}
