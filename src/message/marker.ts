import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Membership } from '../group/index.ts';
import { countMarkerMove, formatHint, streamTopic } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import type { MessageParts } from './parts.ts';
import { noConversation } from './refusal.ts';
import { requireSeq } from './shape.ts';

/** A place in a conversation up to which the viewer has it. */
export interface Mark {
  readonly conversationId: bigint;
  readonly seq: number;
}

/** Raises the viewer's deliveredSeq; below it nothing changes. Throws NOT_FOUND (conversationId), INVALID_INPUT (seq). */
export async function markDelivered(parts: MessageParts, viewer: Viewer, mark: Mark): Promise<void> {
  const access = await requireMark(parts, viewer, mark);
  if (access.deliveredSeq >= mark.seq) return;
  if (await parts.db.transaction((tx) => store(tx, { ...mark, userId: viewer.userId, marker: 'deliveredSeq' })))
    tellMembers(parts, viewer, mark);
}

/** Raises the viewer's readSeq, and deliveredSeq with it; below it nothing changes. Throws NOT_FOUND (conversationId), INVALID_INPUT (seq). */
export async function markRead(parts: MessageParts, viewer: Viewer, mark: Mark): Promise<void> {
  const access = await requireMark(parts, viewer, mark);
  if (access.readSeq >= mark.seq) return;
  const count = await storeRead(parts, viewer, mark);
  if (count === null) return;
  tellMembers(parts, viewer, mark);
  tellDevices(parts, viewer, mark, count);
}

// Markers only rise and the log only grows: what is read here stays true until the write, and the write's own condition settles races.
async function requireMark({ log, groups }: MessageParts, { userId }: Viewer, { conversationId, seq }: Mark): Promise<Membership> {
  requireSeq(seq);
  const [access] = await groups.memberships([{ conversationId, userId }]);
  if (!access?.shown) throw noConversation();
  const head = (await log.heads([conversationId])).get(conversationId);
  if (head === undefined || seq > head.lastSeq) {
    throw new ChatError('INVALID_INPUT', `The conversation ends at ${head?.lastSeq ?? 0}.`, { field: ['seq'] });
  }
  return access;
}

function storeRead({ db }: MessageParts, { userId }: Viewer, mark: Mark): Promise<number | null> {
  return db.transaction((tx) =>
    countMarkerMove(db, tx, {
      userId,
      async move() {
        // Both in one transaction, and delivered first: readSeq is never seen above it.
        await store(tx, { ...mark, userId, marker: 'deliveredSeq' });
        return store(tx, { ...mark, userId, marker: 'readSeq' });
      },
    }),
  );
}

async function store(
  tx: Tx,
  { conversationId, userId, seq, marker }: Mark & { readonly userId: bigint; readonly marker: 'deliveredSeq' | 'readSeq' },
): Promise<boolean> {
  const where = { conversationId, userId, state: 'ACTIVE', [marker]: { lt: seq } };
  const { count } = await tx.membership.updateMany({ where, data: { [marker]: seq } });
  return count > 0;
}

// Neither is awaited: an answer never waits for the bus. Who misses the second finds it in the count.
function tellMembers({ bus }: MessageParts, { userId }: Viewer, { conversationId }: Mark): void {
  void bus.publish(streamTopic(conversationId), formatHint({ kind: 'receipt', conversationId, userId }));
}

function tellDevices({ bus }: MessageParts, { userId }: Viewer, { conversationId }: Mark, count: number): void {
  void bus.publish(streamTopic(userId), formatHint({ kind: 'markers', conversationId, count }));
}
