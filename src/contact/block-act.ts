import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Inside, Verdict } from '../log/index.ts';
import { userRow, type Viewer } from '../user/index.ts';
import type { Blocked, BlockRef, Blocks, Unblocked } from './block.ts';
import { blockCount, blockRow, endBlock, isBlock, lockPair, putBlock } from './block-store.ts';
import { type AccountEntry, blockChanged, contactChanged, requestClosed, requestWithdrawn } from './entries.ts';
import { contactRow, requestRow } from './facts.ts';
import type { ContactParts } from './parts.ts';
import { type ContactRequestRow, endContacts, endRequest, isContact, settleRequest } from './store.ts';

/** What there was between two users before a block. */
interface Between {
  readonly ref: BlockRef;
  readonly isContact: boolean;
  /** The pending request of the other user to this one, and that of this user to the other. */
  readonly asked: ContactRequestRow | null;
  readonly asks: ContactRequestRow | null;
}

/** Blocks a user. Throws the errors that Blocks.block names. */
export async function blockUser(
  parts: ContactParts,
  viewer: Viewer,
  { userId: otherId }: Parameters<Blocks['block']>[1],
): Promise<Blocked> {
  const ref = { userId: viewer.userId, otherId };
  if (ref.userId === otherId) throw new ChatError('INVALID_INPUT', 'You cannot block yourself.', { field: ['userId'] });
  const { db, log, config } = parts;
  return log.append<Blocked>({
    lock: [ref.userId, otherId],
    async decide(inside): Promise<Verdict<Blocked>> {
      const [other, known, count] = await Promise.all([
        inside.read(userRow, otherId),
        inside.read(blockRow, ref),
        inside.read(blockCount, ref.userId),
      ]);
      if (other?.state !== 'ACTIVE') throw noUser();
      if (isBlock(known)) return { result: () => ({ block: known, endedContact: false }) };
      if (count >= config.maxBlocks) {
        throw new ChatError('LIMIT_REACHED', `You can block at most ${config.maxBlocks} users.`, { field: ['userId'] });
      }
      const between = await lookBetween(inside, ref);
      const since = await lockPair(inside, db, ref);
      return {
        entries: () => entriesOf(between),
        async write(tx) {
          await putBlock(tx, { ...ref, since });
          await part(tx, between);
          await parts.blockEffects.begin(tx, ref.userId, otherId);
        },
        result: () => ({ block: { ...ref, since }, endedContact: between.isContact }),
      };
    },
  });
}

async function lookBetween(inside: Inside, ref: BlockRef): Promise<Between> {
  const { userId, otherId } = ref;
  const [contact, asked, asks] = await Promise.all([
    inside.read(contactRow, ref),
    inside.read(requestRow, { fromId: otherId, toId: userId }),
    inside.read(requestRow, { fromId: userId, toId: otherId }),
  ]);
  return {
    ref,
    isContact: isContact(contact),
    asked: asked?.toState === 'PENDING' ? asked : null,
    asks: asks?.fromState === 'PENDING' ? asks : null,
  };
}

// To the other user, a block looks as if the contact was removed and the request to them was withdrawn. Their own request still looks
// pending to them.
function entriesOf({ ref: { userId, otherId }, isContact: known, asked, asks }: Between): readonly AccountEntry[] {
  return [
    blockChanged(userId, { otherId, blocked: true }),
    ...(known ? [contactChanged(userId, userId, otherId), contactChanged(otherId, userId, userId)] : []),
    ...(asked === null ? [] : [requestClosed(userId, userId, asked)]),
    ...(asks === null ? [] : [requestClosed(userId, userId, asks)]),
    ...(asks?.toState === 'PENDING' ? [requestWithdrawn(asks)] : []),
  ];
}

async function part(tx: Tx, { ref: { userId, otherId }, isContact: known, asked, asks }: Between): Promise<void> {
  if (known) await endContacts(tx, userId, otherId);
  if (asked !== null) await settleRequest(tx, asked, { toState: 'BLOCKED' });
  if (asks !== null) {
    await endRequest(tx, asks, { fromState: 'CANCELLED', ...(asks.toState === 'PENDING' && { toState: 'CANCELLED' }) });
  }
}

/** Ends a block. Throws the errors that Blocks.unblock names. */
export async function unblockUser(
  { log, blockEffects }: ContactParts,
  { userId }: Viewer,
  { userId: otherId }: Parameters<Blocks['unblock']>[1],
): Promise<Unblocked> {
  const ref = { userId, otherId };
  if (userId === otherId) throw noUser();
  return log.append<Unblocked>({
    lock: [userId, otherId],
    async decide(inside): Promise<Verdict<Unblocked>> {
      const [other, known, reverse] = await Promise.all([
        inside.read(userRow, otherId),
        inside.read(blockRow, ref),
        inside.read(blockRow, { userId: otherId, otherId: userId }),
      ]);
      if (!isBlock(known)) {
        if (other?.state !== 'ACTIVE') throw noUser();
        return { result: () => ({ isOver: false, unshown: [] }) };
      }
      let unshown: readonly bigint[] = [];
      return {
        entries: () => [blockChanged(userId, { otherId, blocked: false })],
        async write(tx) {
          await endBlock(tx, ref);
          unshown = await blockEffects.end(tx, userId, otherId, { isLast: !isBlock(reverse) });
        },
        result: () => ({ isOver: !isBlock(reverse), unshown }),
      };
    },
  });
}

function noUser(): ChatError {
  return new ChatError('NOT_FOUND', 'User not found.', { field: ['userId'] });
}
