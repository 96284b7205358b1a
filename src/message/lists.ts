import type { Tx } from '../db/index.ts';
import type { Membership } from '../group/index.ts';
import type { Message, MessageRef, Part } from './message.ts';
import { readHidden, readMessages } from './store.ts';
import { firstSeen } from './target.ts';

/** How much of a list, after which key. */
interface Request<K> {
  readonly first: number;
  readonly after?: K | undefined;
}

function part<T>(found: readonly T[], first: number): Part<T> {
  return { items: found.slice(0, first), hasNextPage: found.length > first };
}

/** Reads on until a page is full of what the member sees: what they have hidden is stepped over. */
async function fill<R extends MessageRef>(
  tx: Tx,
  access: Membership,
  { first, read }: { readonly first: number; readonly read: (after: R | undefined) => Promise<readonly R[]> },
): Promise<readonly (R & { readonly message: Message })[]> {
  const shown: (R & { readonly message: Message })[] = [];
  for (let after: R | undefined; shown.length <= first; ) {
    const rows = await read(after);
    const [messages, hidden] = await Promise.all([
      readMessages(tx, rows),
      readHidden(
        tx,
        rows.map(({ conversationId, seq }) => ({ conversationId, seq, userId: access.userId })),
      ),
    ]);
    for (const [place, row] of rows.entries()) {
      const message = messages[place];
      if (message && hidden[place] === false && row.seq >= firstSeen(access)) shown.push({ ...row, message });
    }
    after = rows.at(-1);
    if (rows.length <= first) break;
  }
  return shown;
}

/** The replies in a thread that a member sees, in order. `after`: a seq. */
export async function listReplies(
  tx: Tx,
  access: Membership,
  root: MessageRef,
  { first, after: start = 0 }: Request<number>,
): Promise<Part<Message>> {
  const { conversationId, seq: rootSeq } = root;
  const rows = await fill(tx, access, {
    first,
    read: (last: MessageRef | undefined) =>
      tx.reply.findMany({
        where: { conversationId, rootSeq, seq: { gt: last?.seq ?? start } },
        orderBy: { seq: 'asc' },
        take: first + 1,
        select: { conversationId: true, seq: true },
      }),
  });
  return part(
    rows.map(({ message }) => message),
    first,
  );
}

/** The pinned messages that a member sees, the one pinned last first. `after`: the seq of a pinned message; where it is pinned no longer, from the start. */
export async function listPins(tx: Tx, access: Membership, { first, after }: Request<number>): Promise<Part<Message>> {
  const { conversationId } = access;
  // There are few, by config MAX_PINS.
  const pins = await tx.pin.findMany({ where: { conversationId }, orderBy: { seq: 'desc' } });
  const start = pins.findIndex(({ messageSeq }) => messageSeq === after) + 1;
  const refs = pins.slice(start).map(({ messageSeq: seq }) => ({ conversationId, seq }));
  const shown = await fill(tx, access, { first: refs.length, read: async () => refs });
  return part(
    shown.map(({ message }) => message),
    first,
  );
}
