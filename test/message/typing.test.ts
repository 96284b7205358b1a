import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { parseHint, streamTopic } from '../../src/log/index.ts';
import { TypingTeller } from '../../src/message/typing.ts';
import { refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';
import { sqliteDb } from '../support/db.ts';

let world: TalkWorld;
beforeAll(async () => {
  world = talkOn(await sqliteDb());
});
afterAll(() => world[Symbol.asyncDispose]());

/** A user in two conversations whose topics are recorded, and a node's clock that tests advance. */
async function scene() {
  const [ada, bob] = await world.people();
  const rooms = [await world.group(ada, bob), await world.direct(ada, bob)] as const;
  const { db, groups, bus } = world;
  let now = 1_000;
  // The next read of a conversation waits for this, as one may that shares the database with others.
  let slow: Promise<void> | undefined;
  const byIds: typeof groups.byIds = async (ids) => {
    const before = slow;
    slow = undefined;
    await before;
    return await groups.byIds(ids);
  };
  const teller = new TypingTeller({ db, groups: { ...groups, byIds }, bus, config: readConfig({}) }, () => now);
  const heard: (readonly [number, boolean])[] = [];
  for (const [room, conversationId] of rooms.entries()) {
    await world.bus.subscribe(streamTopic(conversationId), (text) => {
      const hint = parseHint(conversationId, text);
      if (hint?.kind === 'typing' && hint.userId === ada.userId) heard.push([room, hint.typing]);
    });
  }
  return {
    ada,
    bob,
    rooms,
    /** The hints on the topics after a call. */
    async type(room: 0 | 1, typing: boolean) {
      heard.length = 0;
      await teller.tell(ada, { conversationId: rooms[room], typing });
      // A message is received in the microtask after its publish.
      await null;
      return [...heard];
    },
    pass(ms: number) {
      now += ms;
    },
    delay(until: Promise<void>) {
      slow = until;
    },
    teller,
    heard,
  };
}

describe('typing', () => {
  it('is announced at its start, every three seconds meanwhile, and at its end', async () => {
    const { type, pass } = await scene();
    expect(await type(0, true)).toEqual([[0, true]]);
    pass(2_999);
    expect(await type(0, true)).toEqual([]);
    pass(1);
    expect(await type(0, true)).toEqual([[0, true]]);
    expect(await type(0, false)).toEqual([[0, false]]);
    expect(await type(0, true)).toEqual([[0, true]]);
  });

  it('ends with its end, even if the beginning is checked for longer than the end that was sent after it', async () => {
    const { ada, rooms, type, delay, teller, heard } = await scene();
    const read = Promise.withResolvers<void>();
    delay(read.promise);
    const begun = teller.tell(ada, { conversationId: rooms[0], typing: true });
    expect(await type(0, false)).toEqual([[0, false]]);
    read.resolve();
    await begun;
    await null;
    expect(heard).toEqual([[0, false]]);
  });

  it('is announced for each conversation separately', async () => {
    const { type } = await scene();
    expect(await type(0, true)).toEqual([[0, true]]);
    expect(await type(1, true)).toEqual([[1, true]]);
    expect(await type(0, true)).toEqual([]);
    expect(await type(1, false)).toEqual([[1, false]]);
    expect(await type(0, true)).toEqual([]);
  });

  it('is announced at most twenty times in ten seconds per user', async () => {
    const { type, pass } = await scene();
    let told = 0;
    for (let n = 0; n < 50; n += 1) told += (await type(n % 4 < 2 ? 0 : 1, n % 2 === 0)).length;
    expect(told).toBe(20);
    pass(9_999);
    expect(await type(0, true)).toEqual([]);
    pass(1);
    expect(await type(0, true)).toEqual([[0, true]]);
  });

  it('is for members to whom the conversation is shown', async () => {
    const { teller } = await scene();
    const [ada, bob, cy] = await world.people();
    const left = await world.group(ada, bob);
    await world.groups.leave(bob, { groupId: left });
    const unseen = await world.direct(cy, bob);
    for (const conversationId of [left, unseen, 9_000_000_000n, bob.userId]) {
      for (const typing of [true, false]) {
        expect(await refusal(teller.tell(bob, { conversationId, typing }))).toEqual({ code: 'NOT_FOUND', field: ['conversationId'] });
      }
    }
  });

  it('is announced in a direct conversation only while the other side accepts messages from the user', async () => {
    const { bob, type } = await scene();
    const takesFrom = (messagesFrom: 'CONTACTS' | 'EVERYONE') =>
      world.db.transaction((tx) => tx.user.update({ where: { id: bob.userId }, data: { messagesFrom } }));
    await takesFrom('CONTACTS');
    expect(await type(1, true)).toEqual([]);
    expect(await type(1, false)).toEqual([]);
    expect(await type(0, true)).toEqual([[0, true]]);
    await takesFrom('EVERYONE');
    expect(await type(1, true)).toEqual([[1, true]]);
  });

  it('is announced in a conversation with oneself', async () => {
    const { teller } = await scene();
    const ada = await world.person();
    const alone = await world.direct(ada, ada);
    const heard: string[] = [];
    await world.bus.subscribe(streamTopic(alone), (text) => {
      heard.push(parseHint(alone, text)?.kind ?? 'none');
    });
    await teller.tell(ada, { conversationId: alone, typing: true });
    await null;
    expect(heard).toEqual(['typing']);
  });
});
