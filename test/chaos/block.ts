import { setTimeout as delay } from 'node:timers/promises';
import { BlockUserDocument, UnblockUserDocument } from '../support/generated/graphql.ts';
import type { ActParts } from './act.ts';
import type { Outcome } from './attempt.ts';
import { call } from './call.ts';
import type { Actor, Direct } from './cast.ts';

// The unblocked time is longer than the blocked time: both users block, and the messages in between have to be delivered.
const [leastPeaceMs, peaceSpreadMs] = [1_000, 4_000];
const [leastBlockMs, blockSpreadMs] = [300, 1_700];

/**
 * Makes one of the two users block the other and end the block, again and again. The other may do the same concurrently. In the end nobody
 * is blocked.
 */
export async function takeTurnsBlocking(
  { random, history, going, settle }: ActParts,
  { id: stream, between }: Direct,
  by: Actor,
): Promise<void> {
  const other = between.find(({ id }) => id !== by.id);
  if (other === undefined) throw new Error('nobody to block');
  const { id: user } = other;

  function set(blocked: boolean): Promise<Outcome> {
    return settle(async ({ number: node, node: { url } }, began) => {
      const asking = { url, token: by.tokens[0] };
      const input = { userId: user };
      const called = blocked
        ? await call(asking, BlockUserDocument, { input }, (data) => data.blockUser.errors)
        : await call(asking, UnblockUserDocument, { input }, (data) => data.unblockUser.errors);
      history.note({ what: 'blocking', stream, by: by.id, user, blocked, began, node, outcome: called.outcome, code: called.code });
      return called;
    });
  }

  while (going()) {
    await delay(leastPeaceMs + peaceSpreadMs * random());
    await set(true);
    await delay(leastBlockMs + blockSpreadMs * random());
    await set(false);
  }
}
