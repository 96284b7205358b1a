import { type Db, type PostingName, type PostingRows, selectPosting, type Tx } from '../db/index.ts';
import { conversationRow, membershipRow } from '../group/index.ts';
import type { Fact } from '../log/index.ts';
import { senderAtCommit } from './along.ts';
import { sentUnder } from './facts.ts';

/**
 * All that a message is decided by. Governed by the conversation's stream, but for what was sent under its name: there the unique key settles races.
 * For one message it is one statement; for many, one for each kind of row.
 */
export function postingAt(db: Db): Fact<PostingName, PostingRows> {
  return {
    name: 'posting',
    key: ({ conversationId, ...name }) => `${conversationId}:${sentUnder.key(name)}`,
    read: async (tx, names) => {
      const [only] = names;
      return only !== undefined && names.length === 1 ? [await selectPosting(db, tx, only)] : readMany(db, tx, names);
    },
  };
}

async function readMany(db: Db, tx: Tx, names: readonly PostingName[]): Promise<readonly PostingRows[]> {
  const [known, accesses, rows, senders] = await Promise.all([
    sentUnder.read(tx, names),
    readOnce(
      tx,
      membershipRow,
      names.map(({ conversationId, senderId: userId }) => ({ conversationId, userId })),
    ),
    readOnce(
      tx,
      conversationRow,
      names.map(({ conversationId }) => conversationId),
    ),
    readOnce(
      tx,
      senderAtCommit(db),
      names.map(({ senderId }) => senderId),
    ),
  ]);
  return names.map((_, place) => ({
    known: known[place] ?? null,
    access: accesses[place] ?? null,
    row: rows[place] ?? null,
    sender: senders[place] ?? null,
  }));
}

/** Reads each key once, however often it is asked for. */
async function readOnce<K, V>(tx: Tx, { key, read }: Fact<K, V>, keys: readonly K[]): Promise<readonly (V | undefined)[]> {
  const places = new Map<string, number>();
  const distinct = keys.filter((one) => {
    const name = key(one);
    return !places.has(name) && places.set(name, places.size) !== undefined;
  });
  const found = await read(tx, distinct);
  return keys.map((one) => found[places.get(key(one)) ?? 0]);
}
