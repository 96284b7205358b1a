import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { Db } from '../../src/db/index.ts';
import { createMessages, type Message, type MessageRef } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';

/** What the lists of threads and of mentions promise beside what the logs give (./relist.ts), on any database. */
export function promisesOfWaitingLists(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  function answer(sender: Viewer, threadRoot: MessageRef): Promise<Message> {
    return world.messages.send(sender, {
      conversationId: threadRoot.conversationId,
      clientMessageId: freshKey(),
      text: 'said',
      threadRoot,
    });
  }

  async function listed(viewer: Viewer, unread?: boolean) {
    const { items } = await world.messages.threads(viewer, { first: 10, unread });
    return items.map(({ root, lastReply }) => [root.seq, lastReply.seq]);
  }

  describe('a thread in the list', () => {
    it('stays with its last reply when that is taken back, and falls back to the one before when it is deleted for oneself', async () => {
      const [ada, bob] = await world.people();
      const root = await world.say(ada, await world.group(ada, bob));
      const [first, second] = [await answer(bob, root), await answer(bob, root)];
      await world.messages.recall(bob, second);
      expect([await listed(ada), await listed(ada, true)]).toEqual(Array(2).fill([[root.seq, second.seq]]));
      await world.messages.hide(ada, second);
      expect([await listed(ada), await listed(bob)]).toEqual([[[root.seq, first.seq]], [[root.seq, second.seq]]]);
      await world.messages.hide(ada, first);
      expect([await listed(ada), await listed(ada, true), await listed(ada, false)]).toEqual([[], [], []]);
      const third = await answer(bob, root);
      expect(await listed(ada)).toEqual([[root.seq, third.seq]]);
    });

    it('is gone with a conversation that was cleared, until somebody replies again', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const root = await world.say(ada, conversationId);
      await answer(bob, root);
      await world.messages.clear(ada, { conversationId });
      expect(await listed(ada)).toEqual([]);
      const { seq } = await answer(bob, root);
      expect(await listed(ada, true)).toEqual([[root.seq, seq]]);
    });

    it('is gone with a group that was dissolved, at once', async () => {
      const [ada, bob] = await world.people();
      const groupId = await world.group(ada, bob);
      await answer(ada, await world.say(bob, groupId));
      await world.groups.dissolve(ada, { groupId });
      expect(await listed(bob)).toEqual([]);
    });

    it('is not older than the lastSeq of its conversation, whatever is said while it is read', async () => {
      const [ada, bob] = await world.people();
      const root = await world.say(ada, await world.group(ada, bob));
      const { seq } = await answer(bob, root);
      const { db, log, bus, key } = world;
      const groups = {
        ...world.groups,
        async byIds(ids: readonly bigint[]) {
          await answer(bob, root);
          return world.groups.byIds(ids);
        },
      };
      await using messages = createMessages({ db, log, groups, bus, keys: [key], config: readConfig({}) });
      const { items } = await messages.threads(ada, { first: 1 });
      expect(items).toMatchObject([{ lastReply: { seq }, conversation: { lastSeq: seq, lastOrdinal: 2 } }]);
      expect(await listed(ada)).toEqual([[root.seq, seq + 1]]);
    });

    it('is not looked for behind what is no place in the list', async () => {
      const ada = await world.person();
      for (const after of ['', '1:2', 'x:1:1', '1:1:1:1']) {
        expect(await refusal(world.messages.threads(ada, { first: 1, after }))).toEqual({ code: 'BAD_USER_INPUT', field: ['after'] });
      }
    });
  });

  it('lists of mentions come of many conversations at once, each of its own', async () => {
    const [ada, bob] = await world.people();
    const ids = [await world.group(ada, bob), await world.group(ada, bob), await world.direct(ada, bob)];
    const said = await Promise.all(
      ids.map((conversationId) =>
        world.messages.send(ada, {
          conversationId,
          clientMessageId: freshKey(),
          text: 'said',
          mentionIds: [bob.userId],
          mentionsEveryone: true,
        }),
      ),
    );
    const conversations = (await world.groups.byIds(ids)).flatMap((found) => found ?? []);
    const lists = await Promise.all(
      conversations.map(async (conversation) => {
        const access = await world.access(bob, conversation.id);
        if (access === null) throw new Error('no member');
        return world.messages.mentioning({ conversation, access }, { first: 5, unread: true });
      }),
    );
    expect(lists).toEqual(said.map((message) => ({ items: [{ message, seq: message.seq }], hasNextPage: false })));
  });
}
