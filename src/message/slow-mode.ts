import { selectPages, sql } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { type MembershipRef, msUntil } from '../group/index.ts';
import type { Fact, Inside } from '../log/index.ts';
import type { SenderAccess } from './conversation-access.ts';
import type { MessageParts } from './parts.ts';

/** A member who has to wait between two messages. */
export interface Slowed extends MembershipRef {
  readonly seconds: number;
}

/** Returns the member if slow mode applies to them; otherwise null. It never applies to the group's owner and admins. */
export function slowed({ access, row }: Pick<SenderAccess, 'access' | 'row'>): Slowed | null {
  if (row === null || row.slowModeSeconds === 0 || access.role !== 'MEMBER') return null;
  return { conversationId: row.id, userId: access.userId, seconds: row.slowModeSeconds };
}

/** The key (Append.keys) for messages of a member in slow mode. No two of them share a commit, because neither would see the other. */
export function paceKey({ userId }: Slowed): string {
  return `pace of ${userId}`;
}

// Without it MariaDB may read backwards through the messages that others have sent since.
const ownMessages = { index: 'Message_conversationId_senderId_seq_idx' };

/** The time of a user's newest message in a conversation; null if there is none. Guarded by the lock on the conversation's stream. */
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

/** Throws RATE_LIMITED (conversationId) while the member has to wait. A recalled message counts. */
export async function requirePause(db: MessageParts['db'], inside: Inside, { seconds, ...ref }: Slowed): Promise<void> {
  const last = await inside.read(lastSaidAt(db), ref);
  const next = last === null ? null : new Date(last.getTime() + seconds * 1_000);
  if (next === null || next <= inside.now) return;
  throw new ChatError('RATE_LIMITED', 'This group is in slow mode. Wait before you send another message.', {
    field: ['conversationId'],
    retryAfterMs: msUntil(next, inside.now),
  });
}
