import { type Db, type PostingName, type PostingRows, selectPostings } from '../db/index.ts';
import type { Fact } from '../log/index.ts';
import { sentUnder } from './facts.ts';

/** All that a message is decided by. Governed by the conversation's stream, but for what was sent under its name: there the unique key settles races. */
export function postingAt(db: Db): Fact<PostingName, PostingRows> {
  return {
    name: 'posting',
    key: ({ conversationId, ...name }) => `${conversationId}:${sentUnder.key(name)}`,
    read: (tx, names) => selectPostings(db, tx, names),
  };
}
