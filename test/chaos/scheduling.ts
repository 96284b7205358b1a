import { setTimeout as delay } from 'node:timers/promises';
import { CancelScheduledMessageDocument, ScheduledMessagesDocument, ScheduleMessageDocument } from '../support/generated/graphql.ts';
import type { ActParts } from './act.ts';
import { call } from './call.ts';
import type { Actor, Hall } from './cast.ts';

const [leastPauseMs, pauseSpreadMs] = [300, 1_500];
// So soon that many messages become due during a fault.
const [leastAheadMs, aheadSpreadMs] = [300, 2_000];
// Some of the cancelled messages are being sent at that moment.
const cancelledShare = 1 / 3;
const lookMs = 300;

/**
 * Makes a user schedule messages for seconds later, and cancel some of them, in a group that refuses no message. Resolves once none of them
 * waits any more.
 */
export async function sayLater({ random, history, going, settle }: ActParts, { id: stream }: Hall, by: Actor): Promise<void> {
  let left = 0;

  /** Returns the id of the scheduled message. Undefined if it was already sent, or the outcome is unknown. */
  async function leave(key: string, aheadMs: number): Promise<string | undefined> {
    const sendAt = new Date(Date.now() + aheadMs).toISOString();
    const input = { conversationId: stream, clientMessageId: key, text: `${key} says something`, sendAt };
    let id: string | undefined;
    await settle(async ({ number: node, node: { url } }, began) => {
      const called = await call({ url, token: by.tokens[0] }, ScheduleMessageDocument, { input }, (data) => data.scheduleMessage.errors);
      const { outcome, code, data } = called;
      id = data?.scheduleMessage.scheduledMessageEdge?.node.id;
      history.note({ what: 'later', kind: 'left', by: by.id, stream, key, began, node, outcome, code });
      return called;
    });
    return id;
  }

  async function cancel(key: string, scheduledMessageId: string): Promise<void> {
    const input = { scheduledMessageId };
    await settle(async ({ number: node, node: { url } }, began) => {
      const asking = { url, token: by.tokens[0] };
      const called = await call(asking, CancelScheduledMessageDocument, { input }, (data) => data.cancelScheduledMessage.errors);
      const { outcome, code } = called;
      history.note({ what: 'later', kind: 'cancelled', by: by.id, stream, key, began, node, outcome, code });
      return called;
    });
  }

  /** Whether any scheduled message waits. Also false if the run stopped waiting for the answer. */
  async function waits(): Promise<boolean> {
    let some = false;
    await settle(async ({ node: { url } }) => {
      const called = await call({ url, token: by.tokens[0] }, ScheduledMessagesDocument, { first: 1 });
      some = (called.data?.viewer?.scheduledMessages.edges.length ?? 0) > 0;
      return called;
    });
    return some;
  }

  while (going()) {
    await delay(leastPauseMs + pauseSpreadMs * random());
    left += 1;
    const key = `${by.name}-later-${left}`;
    const aheadMs = leastAheadMs + aheadSpreadMs * random();
    const id = await leave(key, aheadMs);
    if (id === undefined || random() >= cancelledShare) continue;
    await delay(aheadMs * 1.5 * random());
    await cancel(key, id);
  }
  while (await waits()) await delay(lookMs);
}
