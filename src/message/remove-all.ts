import { inPieces, type Tx } from '../db/index.ts';
import type { Verdict } from '../log/index.ts';
import { messageAt } from './facts.ts';
import type { MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { eraseMessages, recalling } from './recall.ts';

// As many as one transaction can lock, write and announce quickly.
const messagesAtOnce = 100;

/**
 * Recalls the messages of an erased account, some at a time: all of them, or only those in conversations without members. Idempotent: a
 * second run continues where the first stopped. Throws UNAVAILABLE, or the abort reason of `signal`.
 */
export async function removeAll(
  parts: Pick<MessageParts, 'db' | 'log'>,
  { userId, what }: { readonly userId: bigint; readonly what: 'ALL' | 'UNSEEN' },
  signal: AbortSignal,
): Promise<void> {
  const { client } = parts.db;
  const accesses = await client.membership.findMany({
    where: { userId },
    select: { conversationId: true },
    orderBy: { conversationId: 'asc' },
  });
  const ids = accesses.map(({ conversationId }) => conversationId);
  const rows =
    what === 'ALL'
      ? []
      : await inPieces(ids, (piece) => client.conversation.findMany({ where: { id: { in: [...piece] }, memberCount: 0 } }));
  for (const conversationId of what === 'ALL' ? ids : rows.map(({ id }) => id)) await removeIn(parts, { userId, conversationId }, signal);
  // Hidden messages and thread markers are the account's own data.
  await parts.db.transaction(async (tx) => {
    await tx.hiddenMessage.deleteMany({ where: { userId } });
    await tx.threadPart.deleteMany({ where: { userId } });
  });
}

async function removeIn(
  { db, log }: Pick<MessageParts, 'db' | 'log'>,
  { userId, conversationId }: { readonly userId: bigint; readonly conversationId: bigint },
  signal: AbortSignal,
): Promise<void> {
  for (let after = 0; ; ) {
    signal.throwIfAborted();
    const seqs = await saidBy(db.client, { senderId: userId, conversationId, after });
    const last = seqs.at(-1);
    if (last === undefined) return;
    await log.append<void>({
      lock: [conversationId],
      async decide(inside): Promise<Verdict<void>> {
        const messages = await Promise.all(seqs.map((seq) => inside.read(messageAt, { conversationId, seq })));
        const standing = messages.filter((message) => message !== null).filter(({ recalledAt }) => recalledAt === null);
        if (standing.length === 0) return { result: () => undefined };
        return {
          entries: () => standing.flatMap(recalling).map((entry) => ({ stream: conversationId, actorId: userId, entry })),
          write: (tx, { at }) => eraseMessages(tx, conversationId, { messages: standing, recalledAt: at }),
          result: () => undefined,
        };
      },
    });
    after = last;
  }
}

async function saidBy(
  tx: Tx,
  { senderId, conversationId, after }: { readonly senderId: bigint; readonly conversationId: bigint; readonly after: number },
): Promise<readonly MessageRef['seq'][]> {
  const rows = await tx.message.findMany({
    where: { conversationId, senderId, seq: { gt: after } },
    select: { seq: true },
    orderBy: { seq: 'asc' },
    take: messagesAtOnce,
  });
  return rows.map(({ seq }) => seq);
}
