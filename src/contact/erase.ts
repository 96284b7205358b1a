import { type Tx, writeInPieces } from '../db/index.ts';
import type { Inside, Verdict } from '../log/index.ts';
import { blockRow, endBlock, isBlock } from './block-store.ts';
import { type AccountEntry, blockChanged, contactChanged, requestClosed, requestWithdrawn } from './entries.ts';
import { contactRow, requestRow } from './facts.ts';
import type { ContactParts } from './parts.ts';
import { type ContactRequestRow, endContacts, endRequest, isContact } from './store.ts';

// The same limit as that of accounts in one call: as many as one transaction can lock and write in a moment.
const accountsAtOnce = 100;

/** What there still is between an erased account and another user. */
interface Ties {
  readonly otherId: bigint;
  readonly isContact: boolean;
  /** The pending request of the other user to the erased account, and that of the erased account to the other user. */
  readonly asked: ContactRequestRow | null;
  readonly asks: ContactRequestRow | null;
  /** Whether the other user has blocked the erased account, and whether the erased account has blocked the other. */
  readonly isBlocked: boolean;
  readonly blocks: boolean;
}

/**
 * Ends all contacts, requests and blocks of an erased account for both sides, some at a time, and tells the others. Then deletes the
 * aliases, notes and messages between the user and others, in both directions. Repeating it continues where it stopped. Throws ChatError
 * UNAVAILABLE, or the reason of `signal` when that aborts.
 */
export async function eraseContacts(parts: ContactParts, userId: bigint, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const others = await acquaintances(parts, userId);
    if (others.length === 0) break;
    await partFrom(parts, userId, others);
  }
  await forgetWords(parts, userId);
}

// Contacts and requests that ended long ago still have aliases, notes and messages.
async function forgetWords({ db }: ContactParts, userId: bigint): Promise<void> {
  const rows = await db.client.contact.findMany({ where: { userId }, select: { otherId: true } });
  const others = rows.map(({ otherId }) => otherId);
  const nothing = { note: null, message: null };
  await db.transaction(async (tx) => {
    await tx.contact.updateMany({ where: { userId }, data: { alias: null } });
    await writeInPieces(others, async (piece) => {
      await tx.contact.updateMany({ where: { userId: { in: [...piece] }, otherId: userId }, data: { alias: null } });
    });
    await tx.contactRequest.updateMany({ where: { fromId: userId }, data: nothing });
    await tx.contactRequest.updateMany({ where: { toId: userId }, data: nothing });
  });
}

/** Returns some of the users with whom something is left to end. */
async function acquaintances({ db: { client } }: ContactParts, userId: bigint): Promise<readonly bigint[]> {
  const take = accountsAtOnce;
  const pending = { OR: [{ fromState: 'PENDING' }, { toState: 'PENDING' }] };
  const found = [
    await client.contact.findMany({ where: { userId, state: 'ACTIVE' }, select: { otherId: true }, take }),
    await client.block.findMany({ where: { userId, state: 'ACTIVE' }, select: { otherId: true }, take }),
    (await client.block.findMany({ where: { otherId: userId, state: 'ACTIVE' }, select: { userId: true }, take })).map((row) => ({
      otherId: row.userId,
    })),
    (await client.contactRequest.findMany({ where: { fromId: userId, ...pending }, select: { toId: true }, take })).map(({ toId }) => ({
      otherId: toId,
    })),
    (await client.contactRequest.findMany({ where: { toId: userId, ...pending }, select: { fromId: true }, take })).map(({ fromId }) => ({
      otherId: fromId,
    })),
  ];
  return [...new Set(found.flat().map(({ otherId }) => otherId))].slice(0, take);
}

function partFrom({ log, blockEffects }: ContactParts, userId: bigint, others: readonly bigint[]): Promise<void> {
  return log.append<void>({
    lock: [userId, ...others],
    async decide(inside): Promise<Verdict<void>> {
      const ties = await Promise.all(others.map((otherId) => tiesWith(inside, userId, otherId)));
      return {
        entries: () => ties.flatMap((tie) => entriesOf(userId, tie)),
        async write(tx) {
          for (const tie of ties) await end(tx, userId, tie);
          // During a block, each was shown how far the other had read when it began. That ends now.
          for (const { otherId, isBlocked, blocks } of ties)
            if (isBlocked || blocks) await blockEffects.end(tx, userId, otherId, { isLast: true });
        },
        result: () => undefined,
      };
    },
  });
}

async function end(tx: Tx, userId: bigint, { otherId, isContact: known, asked, asks, isBlocked, blocks }: Ties): Promise<void> {
  if (known) await endContacts(tx, userId, otherId);
  if (asked !== null) await endRequest(tx, asked, { fromState: 'CANCELLED', toState: 'CANCELLED' });
  if (asks !== null) await endRequest(tx, asks, { fromState: 'CANCELLED', toState: 'CANCELLED' });
  if (blocks) await endBlock(tx, { userId, otherId });
  if (isBlocked) await endBlock(tx, { userId: otherId, otherId: userId });
}

async function tiesWith(inside: Inside, userId: bigint, otherId: bigint): Promise<Ties> {
  const [contact, asked, asks, blocked, blocks] = await Promise.all([
    inside.read(contactRow, { userId, otherId }),
    inside.read(requestRow, { fromId: otherId, toId: userId }),
    inside.read(requestRow, { fromId: userId, toId: otherId }),
    inside.read(blockRow, { userId: otherId, otherId: userId }),
    inside.read(blockRow, { userId, otherId }),
  ]);
  const [isBlocked, blocksOther] = [isBlock(blocked), isBlock(blocks)];
  return { otherId, isContact: isContact(contact), asked: waiting(asked), asks: waiting(asks), isBlocked, blocks: blocksOther };
}

function waiting(row: ContactRequestRow | null): ContactRequestRow | null {
  return row?.fromState === 'PENDING' || row?.toState === 'PENDING' ? row : null;
}

/**
 * Returns the entries for the other users. The erased account needs none, because nobody reads it. A user whom it had blocked is not told
 * of that now either.
 */
function entriesOf(userId: bigint, { otherId, isContact: known, asked, asks, isBlocked }: Ties): readonly AccountEntry[] {
  return [
    ...(known ? [contactChanged(otherId, userId, userId)] : []),
    ...(asks?.toState === 'PENDING' ? [requestWithdrawn(asks)] : []),
    ...(asked?.fromState === 'PENDING' ? [requestClosed(otherId, userId, asked)] : []),
    ...(isBlocked ? [blockChanged(otherId, { otherId: userId, blocked: false })] : []),
  ];
}
