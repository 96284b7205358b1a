import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { formatHint, streamTopic } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import type { MessageParts } from './parts.ts';
import { noConversation } from './refusal.ts';
import { requireSeq } from './shape.ts';

/** A place in a conversation up to which the viewer has it. */
export interface Mark {
  readonly conversationId: bigint;
  readonly seq: number;
}

type Marker = 'deliveredSeq' | 'readSeq';

/** Raises the viewer's deliveredSeq; below it nothing changes. Throws NOT_FOUND (conversationId), INVALID_INPUT (seq). */
export async function markDelivered(parts: MessageParts, viewer: Viewer, mark: Mark): Promise<void> {
  if (!(await raise(parts, viewer, { ...mark, marker: 'deliveredSeq' }))) return;
  tellMembers(parts, viewer, mark);
}

/** Raises the viewer's readSeq, and deliveredSeq with it; below it nothing changes. Throws NOT_FOUND (conversationId), INVALID_INPUT (seq). */
export async function markRead(parts: MessageParts, viewer: Viewer, mark: Mark): Promise<void> {
  if (!(await raise(parts, viewer, { ...mark, marker: 'readSeq' }))) return;
  tellMembers(parts, viewer, mark);
  tellDevices(parts, viewer, mark);
}

// Markers only rise and the log only grows: what was read before the write stays true, and the write's own condition settles races.
async function raise(
  { db, log, groups }: MessageParts,
  { userId }: Viewer,
  { conversationId, seq, marker }: Mark & { readonly marker: Marker },
): Promise<boolean> {
  requireSeq(seq);
  const [access] = await groups.memberships([{ conversationId, userId }]);
  if (!access?.shown) throw noConversation();
  const head = (await log.heads([conversationId])).get(conversationId);
  if (head === undefined || seq > head.lastSeq) {
    throw new ChatError('INVALID_INPUT', `The conversation ends at ${head?.lastSeq ?? 0}.`, { field: ['seq'] });
  }
  if (access[marker] >= seq) return false;
  return db.transaction(async (tx) => {
    // Both in one transaction, and delivered first: readSeq is never seen above it.
    const delivered = await store(tx, { conversationId, userId, seq, marker: 'deliveredSeq' });
    return marker === 'deliveredSeq' ? delivered : store(tx, { conversationId, userId, seq, marker });
  });
}

async function store(
  tx: Tx,
  { conversationId, userId, seq, marker }: Mark & { readonly userId: bigint; readonly marker: Marker },
): Promise<boolean> {
  const where = { conversationId, userId, state: 'ACTIVE', [marker]: { lt: seq } };
  const { count } = await tx.membership.updateMany({ where, data: { [marker]: seq } });
  return count > 0;
}

// Neither is awaited: an answer never waits for the bus, and who misses a hint is told by the next one or when they resume.
function tellMembers({ bus }: MessageParts, { userId }: Viewer, { conversationId }: Mark): void {
  void bus.publish(streamTopic(conversationId), formatHint({ kind: 'receipt', conversationId, userId }));
}

function tellDevices({ bus }: MessageParts, { userId }: Viewer, { conversationId }: Mark): void {
  void bus.publish(streamTopic(userId), formatHint({ kind: 'markers', conversationId }));
}
