import { byKey, type Db, holdUsersForChange, inPieces, join, selectRows, sql, type Tx } from '../db/index.ts';
import type { Fact, Inside } from '../log/index.ts';
import type { Block, BlockRef } from './block.ts';

/** A block in any state. */
export interface BlockRow extends Block {
  /** ACTIVE, or ENDED. */
  readonly state: string;
}

/** A block as a key. */
export function blockKey({ userId, otherId }: BlockRef): string {
  return `${userId}:${otherId}`;
}

/** True while it stands. */
export function isBlock(row: BlockRow | null): row is BlockRow {
  return row?.state === 'ACTIVE';
}

/** Blocks in the order asked for, in any state; null where there never was one. */
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

/** A block in any state. Governed by the account streams of the two. */
export const blockRow: Fact<BlockRef, BlockRow | null> = { name: 'block', key: blockKey, read: readBlocks };

/** How many blocks of a user stand. Governed by their account stream. */
export const blockCount: Fact<bigint, number> = {
  name: 'blocks',
  key: String,
  read: (tx, userIds) => Promise.all(userIds.map((userId) => tx.block.count({ where: { userId, state: 'ACTIVE' } }))),
};

/**
 * Has messages between two users wait for the act that asks for it, or see what it has changed: who sends one holds the users' rows and not their
 * accounts. To be asked for after all else. Answers when that is so: nothing that was sent between them is of a later time.
 */
export async function quieten(inside: Inside, db: Db, { userId, otherId }: BlockRef): Promise<Date> {
  const quiet: Fact<bigint, Date> = {
    name: 'quiet',
    key: String,
    async read(tx, ids) {
      await holdUsersForChange(db, tx, ids);
      const now = await db.now(tx);
      return ids.map(() => now);
    },
  };
  // Both: one of the two is held when it is looked what stands between them.
  const [since] = await Promise.all([inside.read(quiet, userId), inside.read(quiet, otherId)]);
  return since;
}

/** Has a block stand from now on. */
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
