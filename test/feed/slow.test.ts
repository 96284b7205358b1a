import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import { embeddedChat } from '../support/chat.ts';
import { groupOf, inWords, listen, person, say } from '../support/people.ts';

describe('a subscription whose client has not taken all that waits', () => {
  let chat: Chat;

  beforeAll(async () => {
    chat = await embeddedChat({ SUBSCRIPTION_QUEUE: '16' });
  });
  afterAll(() => chat[Symbol.asyncDispose]());

  /** A receipt that comes when so many entries wait, and what is read then. */
  async function receiptBehind(waiting: number): Promise<readonly string[]> {
    const [ann, ben, cat] = [await person(chat), await person(chat), await person(chat)];
    const conversationId = await groupOf(chat, ann, ben, cat);
    const [slow, quick] = [listen(chat, ben), listen(chat, ann)];
    await Promise.all([slow.ready(), quick.ready()]);
    let seq = 0;
    for (let n = 0; n < waiting; n += 1) {
      seq = await say(chat, ann, conversationId, `m${n}`);
      await quick.next();
    }
    await chat.messages.markRead(cat, { conversationId, seq });
    await quick.until(({ kind }) => kind === 'receipt');
    await say(chat, ann, conversationId, 'last');
    const seen = await slow.until((event) => inWords(event).endsWith('last'));
    for (const events of [slow, quick]) events.stop();
    return seen.map(inWords);
  }

  it('has its receipts while little waits', async () => {
    expect(await receiptBehind(3)).toContain('receipt');
  });

  it('does without them from a quarter of its queue on, and has every entry', async () => {
    expect(await receiptBehind(4)).toEqual([
      '4 MessageSent m0',
      '5 MessageSent m1',
      '6 MessageSent m2',
      '7 MessageSent m3',
      '8 MessageSent last',
    ]);
  });
});
