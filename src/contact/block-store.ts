import { byKey, type Db, holdUsersForChange, inPieces, join, selectRows, sql, type Tx } from '../db/index.ts';
import type { Fact, Inside } from '../log/index.ts';
import type { Block, BlockRef } from './block.ts';

/** A block in any state. */
export interface BlockRow extends Block {
  /** ACTIVE or ENDED. */
  readonly state: string;
}

/** Returns the key of a block. */
export function blockKey({ userId, otherId }: BlockRef): string {
  return `${userId}:${otherId}`;
}

/** Returns whether a block is active. */
export function isBlock(row: BlockRow | null): row is BlockRow {
  return row?.state === 'ACTIVE';
}

/** Reads blocks in any state, in the order of `refs`. Null where there never was one. */
export async function readBlocks(tx: Tx, refs: readonly BlockRef[]): Promise<readonly (BlockRow | null)[]> {
  const rows = await inPieces(refs, (piece) => {
    const either = [...Map.groupBy(piece, ({ userId }) => userId)].map(
      ([userId, own]) => sql`(userId = ${userId} AND otherId IN (${join(own.map(({ otherId }) => otherId))}))`,
    );
    return selectRows(tx, 'Block', join(either, ' OR '), byKey);
  });
  const found = new Map(rows.map((row) => [blockKey(row), row]));
  return refs.map((ref) => found.get(blockKey(ref)) ?? null);
}

/** A block in any state. Governed by the account streams of both users. */
export const blockRow: Fact<BlockRef, BlockRow | null> = { name: 'block', key: blockKey, read: readBlocks };

/** The number of a user's active blocks. Governed by the account stream. */
export const blockCount: Fact<bigint, number> = {
  name: 'blocks',
  key: String,
  read: (tx, userIds) => Promise.all(userIds.map((userId) => tx.block.count({ where: { userId, state: 'ACTIVE' } }))),
};

/**
 * Locks the rows of two users, so that messages between them wait for this act, or see what it has changed: a send locks the users' rows,
 * not their account streams. Must be called after everything else is read. Returns the moment from which this holds: no message between the
 * two is of a later time.
 */
export async function lockPair(inside: Inside, db: Db, { userId, otherId }: BlockRef): Promise<Date> {
  const quiet: Fact<bigint, Date> = {
    name: 'quiet',
    key: String,
    async read(tx, ids) {
      await holdUsersForChange(db, tx, ids);
      const now = await db.now(tx);
      return ids.map(() => now);
    },
  };
  // Both, because a send locks only one of the two rows when it checks what is between the users.
  const [since] = await Promise.all([inside.read(quiet, userId), inside.read(quiet, otherId)]);
  return since;
}

/** Stores an active block. */
export async function putBlock(tx: Tx, { userId, otherId, since }: Block): Promise<void> {
  await tx.block.upsert({
    where: { userId_otherId: { userId, otherId } },
    create: { userId, otherId, since, state: 'ACTIVE' },
    update: { since, state: 'ACTIVE' },
  });
}

/** Ends a block. */
export async function endBlock(tx: Tx, { userId, otherId }: BlockRef): Promise<void> {
  await tx.block.update({ where: { userId_otherId: { userId, otherId } }, data: { state: 'ENDED' } });
}
