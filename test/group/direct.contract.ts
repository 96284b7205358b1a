import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { refusal, type TalkWorld, talkOn } from './talk-world.ts';

/** What direct conversations promise, on any database. */
export function promisesOfDirectConversations(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  describe('opening a direct conversation', () => {
    it('creates it with both members and shows it to the opener only', async () => {
      const { groups } = world;
      const [ada, bob] = await world.people();
      const made = await groups.openDirect(ada, { userId: bob.userId });
      expect(made).toMatchObject({ kind: 'DIRECT', lastSeq: 0, lastOrdinal: 0, memberCount: 2, name: null, ownerId: null });
      expect(made.sides).toEqual([ada.userId, bob.userId]);
      expect(await world.access(ada, made.id)).toMatchObject({ shown: true, fromSeq: 1, readSeq: 0, deliveredSeq: 0, role: 'MEMBER' });
      expect(await world.access(bob, made.id)).toMatchObject({ shown: false, fromSeq: 1, readSeq: 0 });
      expect(await world.entries(made.id)).toEqual([]);
      expect(await world.told(ada)).toEqual([
        { type: 'ConversationOpened', data: { conversationId: made.id, seq: 0 }, actorId: ada.userId },
      ]);
      expect(await world.told(bob)).toEqual([]);
      expect((await groups.list(bob, { first: 10 })).items).toEqual([]);
      expect((await groups.members(made.id, { first: 10 })).items.map(({ member }) => member.userId)).toEqual([ada.userId, bob.userId]);
    });

    it('finds the existing one and logs nothing more', async () => {
      const [ada, bob] = await world.people();
      const id = await world.direct(ada, bob);
      expect(await world.direct(ada, bob)).toBe(id);
      expect(await world.told(ada)).toHaveLength(1);
    });

    it('shows the existing one to the other side and moves it in nobody’s list', async () => {
      const [ada, bob] = await world.people();
      const id = await world.direct(ada, bob);
      await world.tick();
      const group = await world.group(ada, bob);
      await world.tick();
      expect(await world.direct(bob, ada)).toBe(id);
      expect(await world.access(bob, id)).toMatchObject({ shown: true });
      expect((await world.told(bob)).at(-1)).toEqual({
        ...{ type: 'ConversationOpened', data: { conversationId: id, seq: 0 }, actorId: bob.userId },
      });
      for (const side of [ada, bob]) {
        const { items } = await world.groups.list(side, { first: 10 });
        expect(items.map(({ conversation }) => conversation.id)).toEqual([group, id]);
      }
    });

    it('with oneself creates a conversation of one member', async () => {
      const ada = await world.person();
      const made = await world.groups.openDirect(ada, { userId: ada.userId });
      expect(made).toMatchObject({ memberCount: 1, sides: [ada.userId, ada.userId] });
      expect((await world.groups.openDirect(ada, { userId: ada.userId })).id).toBe(made.id);
      expect((await world.groups.members(made.id, { first: 10 })).items).toHaveLength(1);
      expect((await world.say(ada, made.id, 'a note')).seq).toBe(1);
    });

    it('refuses an id that is unknown, a conversation’s or an erased account’s', async () => {
      const [ada, bob, gone] = await world.people();
      const conversation = await world.direct(ada, bob);
      await world.db.transaction((tx) => tx.user.update({ where: { id: gone.userId }, data: { state: 'ERASED' } }));
      const outcome = { code: 'NOT_FOUND', field: ['userId'] };
      for (const userId of [9_000_000_000n, conversation, gone.userId]) {
        expect(await refusal(world.groups.openDirect(ada, { userId }))).toEqual(outcome);
      }
    });

    it('creates one conversation in a race from both sides', async () => {
      const [ada, bob] = await world.people();
      const racers = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? world.direct(ada, bob) : world.direct(bob, ada)));
      const [id, ...others] = new Set(await Promise.all(racers));
      expect(others).toEqual([]);
      for (const side of [ada, bob]) {
        expect(await world.told(side)).toEqual([
          { type: 'ConversationOpened', data: { conversationId: id, seq: 0 }, actorId: side.userId },
        ]);
      }
    });
  });

  describe('the direct conversations with some users', () => {
    it('are returned in the order of the ids, with null for those not shown to the viewer', async () => {
      const [ada, bob, cy] = await world.people();
      const withBob = await world.direct(ada, bob);
      await world.direct(cy, ada);
      const found = await world.groups.directWith(ada, [cy.userId, bob.userId, ada.userId, bob.userId]);
      expect(found.map((conversation) => conversation?.id ?? null)).toEqual([null, withBob, null, withBob]);
    });
  });
}
