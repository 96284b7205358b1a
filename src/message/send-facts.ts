import { type Db, type SendKey, type SendRows, selectSendRows } from '../db/index.ts';
import type { Fact } from '../log/index.ts';
import { sentUnder } from './facts.ts';

/**
 * The rows that decide on a message. Guarded by the lock on the conversation's stream, except for the message stored under the
 * clientMessageId: there the unique key settles races.
 */
export function sendFacts(db: Db): Fact<SendKey, SendRows> {
  return {
    name: 'posting',
    key: ({ conversationId, ...name }) => `${conversationId}:${sentUnder.key(name)}`,
    read: (tx, names) => selectSendRows(db, tx, names),
  };
}
