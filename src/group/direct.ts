import { addressing, addressingError } from '../contact/index.ts';
import type { Tx } from '../db/index.ts';
import { appendDiscoveringLocks, type Inside, type Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { conversationOpened, onlyCreated } from './entries.ts';
import { directUnder, membershipRow, userExists } from './facts.ts';
import type { GroupParts } from './parts.ts';
import { noUser } from './refusal.ts';
import { directKey } from './store.ts';

/** The users of a direct conversation that is opened. They are equal in a conversation with oneself. */
interface Pair {
  readonly opener: bigint;
  readonly other: bigint;
}

/**
 * Finds or creates the direct conversation of the viewer and a user, shows it to the viewer, and returns its id. Both accounts are locked:
 * if both users open it at once, one creates it and the other finds it. The other user is shown it with its first message. Throws NOT_FOUND
 * (userId), BLOCKED (userId: the viewer has blocked the user and there is no conversation yet).
 */
export function openDirect({ log }: Pick<GroupParts, 'log'>, viewer: Viewer, { userId }: { readonly userId: bigint }): Promise<bigint> {
  const pair: Pair = { opener: viewer.userId, other: userId };
  const accounts = [...new Set([pair.opener, pair.other])];
  return appendDiscoveringLocks<bigint>(log, {
    lock: accounts,
    async decide(inside, holds) {
      if (!(await inside.read(userExists, pair.other))) throw noUser('userId');
      const known = await inside.read(directUnder, directKey(pair.opener, pair.other));
      if (known === null) {
        // Existing messages stay readable despite the block. A new conversation requires unblocking first.
        if ((await inside.read(addressing, { fromId: pair.opener, toId: pair.other })) === 'BLOCKED')
          throw addressingError('BLOCKED', 'userId');
        return makeDirect(pair);
      }
      return (await showDirect(inside, known, { ...pair, holds })) ?? { relock: [...accounts, known] };
    },
  });
}

function makeDirect({ opener, other }: Pair): Verdict<bigint> {
  return {
    create: [{ kind: 'DIRECT' }],
    entries: (created) => [conversationOpened(opener, opener, { conversationId: onlyCreated(created), seq: 0 })],
    write: (tx, { at, created }) => storeDirect(tx, { id: onlyCreated(created), at, opener, other }),
    result: ({ created }) => onlyCreated(created),
  };
}

async function storeDirect(tx: Tx, { id, at, opener, other }: Pair & { readonly id: bigint; readonly at: Date }): Promise<void> {
  const sides = [...new Set([opener, other])];
  const key = directKey(opener, other);
  await tx.conversation.create({
    data: { id, kind: 'DIRECT', directKey: key, memberCount: sides.length, createdById: opener, createdAt: at },
  });
  await tx.membership.createMany({
    data: sides.map((userId) => ({
      ...{ conversationId: id, userId, state: 'ACTIVE', role: 'MEMBER', fromSeq: 1, joinedSeq: 1 },
      ...{ shown: userId === opener, joinedAt: at },
    })),
  });
}

/** Shows an existing conversation to its opener. Returns null if its stream must be locked for that. */
async function showDirect(
  inside: Inside,
  id: bigint,
  { opener, holds }: Pair & { readonly holds: (streamId: bigint) => boolean },
): Promise<Verdict<bigint> | null> {
  const access = await inside.read(membershipRow, { conversationId: id, userId: opener });
  if (access === null) throw new Error(`direct conversation ${id} lacks a side`);
  // A conversation that is shown is never hidden again, so this needs no lock on its stream.
  if (access.shown) return { result: () => id };
  if (!holds(id)) return null;
  return {
    entries: () => [conversationOpened(opener, opener, { conversationId: id, seq: access.fromSeq - 1 })],
    write: (tx) => showTo(tx, id, opener),
    result: () => id,
  };
}

/** Shows a direct conversation to a user, in the transaction that writes ConversationOpened to their account. */
export async function showTo(tx: Tx, conversationId: bigint, userId: bigint): Promise<void> {
  await tx.membership.update({ where: { conversationId_userId: { conversationId, userId } }, data: { shown: true } });
}
