import { inPieces, type Tx } from '../db/index.ts';
import { timeOfErasure } from '../group/index.ts';
import type { Verdict } from '../log/index.ts';
import { messageAt } from './facts.ts';
import type { MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { eraseMessages, recalling } from './recall.ts';

// As many as one transaction can lock, write and announce quickly.
const messagesAtOnce = 100;

/**
 * Recalls the messages of an erased account, some at a time: all of them, or only those in conversations that are dissolved, which nobody
 * can read. In a direct conversation that is dissolved, the messages of the other user too, whose account was erased first. Idempotent: a
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
  // Whatever has lost its last member is dissolved. A group that was dissolved in another way still counts the members that it had.
  const unseen = await inPieces(ids, (piece) =>
    client.conversation.findMany({ where: { id: { in: [...piece] }, dissolvedAt: { not: null } }, select: { id: true, kind: true } }),
  );
  for (const conversationId of what === 'ALL' ? ids : unseen.map(({ id }) => id)) {
    await removeIn(parts, { where: { conversationId, senderId: userId }, actorId: userId }, signal);
  }
  for (const { id: conversationId, kind } of unseen) {
    if (kind === 'DIRECT') await removeIn(parts, { where: { conversationId }, actorId: userId }, signal);
  }
  // Hidden messages and thread markers are the account's own data.
  await parts.db.transaction(async (tx) => {
    await tx.hiddenMessage.deleteMany({ where: { userId } });
    await tx.threadPart.deleteMany({ where: { userId } });
  });
}

interface Removal {
  readonly where: { readonly conversationId: bigint; readonly senderId?: bigint };
  readonly actorId: bigint;
}

async function removeIn({ db, log }: Pick<MessageParts, 'db' | 'log'>, { where, actorId }: Removal, signal: AbortSignal): Promise<void> {
  const { conversationId } = where;
  for (let after = 0; ; ) {
    signal.throwIfAborted();
    const seqs = await readSeqs(db.client, where, after);
    const last = seqs.at(-1);
    if (last === undefined) return;
    await log.append<void>({
      lock: [conversationId],
      async decide(inside): Promise<Verdict<void>> {
        const messages = await Promise.all(seqs.map((seq) => inside.read(messageAt, { conversationId, seq })));
        const standing = messages.filter((message) => message !== null).filter(({ recalledAt }) => recalledAt === null);
        if (standing.length === 0) return { result: () => undefined };
        const at = await timeOfErasure(inside, conversationId);
        return {
          entries: () => standing.flatMap(recalling).map((entry) => ({ stream: conversationId, actorId, entry, at })),
          write: (tx, { at: recalledAt }) => eraseMessages(tx, conversationId, { messages: standing, recalledAt }),
          result: () => undefined,
        };
      },
    });
    after = last;
  }
}

async function readSeqs(tx: Tx, where: Removal['where'], after: number): Promise<readonly MessageRef['seq'][]> {
  const rows = await tx.message.findMany({
    where: { ...where, seq: { gt: after } },
    select: { seq: true },
    orderBy: { seq: 'asc' },
    take: messagesAtOnce,
  });
  return rows.map(({ seq }) => seq);
}
