import { selectSent, type Tx } from '../db/index.ts';
import type { Fact, MessageRow } from '../log/index.ts';
import type { Message, MessageRef } from './message.ts';
import { readHidden, readMessages, refKey } from './store.ts';

/** The key of a send request: a sender and their clientMessageId. */
export interface RequestName {
  readonly senderId: bigint;
  readonly clientMessageId: string;
}

/** The message that a sender stored under a clientMessageId, in any conversation. Not guarded by a lock: the unique key settles races. */
export const sentUnder: Fact<RequestName, MessageRow | null> = {
  name: 'sent under',
  key: ({ senderId, clientMessageId }) => `${senderId}:${clientMessageId}`,
  read: readSentUnder,
};

/** A message by its key. Guarded by the lock on the conversation's stream. */
export const messageAt: Fact<MessageRef, Message | null> = { name: 'message', key: refKey, read: readMessages };

/**
 * Whether a user has hidden a message. Guarded by either lock: the one on the conversation's stream, or the one on the user's account
 * stream.
 */
export const hidden: Fact<MessageRef & { readonly userId: bigint }, boolean> = {
  name: 'hidden',
  key: ({ userId, ...ref }) => `${refKey(ref)}:${userId}`,
  read: readHidden,
};

async function readSentUnder(tx: Tx, names: readonly RequestName[]): Promise<readonly (MessageRow | null)[]> {
  const rows = await selectSent(tx, names);
  const found = new Map(rows.map((row) => [sentUnder.key(row), row]));
  return names.map((name) => found.get(sentUnder.key(name)) ?? null);
}
