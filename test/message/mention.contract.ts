import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Message } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';

interface Said {
  readonly mentionIds?: readonly bigint[];
  readonly mentionsEveryone?: boolean;
  readonly key?: string;
}

/** What mentions promise, on any database. */
export function promisesOfMentions(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  function say(sender: Viewer, conversationId: bigint, { key = freshKey(), ...mentions }: Said = {}): Promise<Message> {
    return world.messages.send(sender, { conversationId, clientMessageId: key, text: 'you there', ...mentions });
  }

  /** The stored mentions of a conversation, by message and entry. User 0 is everyone. */
  async function counted(conversationId: bigint): Promise<readonly object[]> {
    const rows = await world.db.client.mention.findMany({ where: { conversationId }, orderBy: [{ seq: 'asc' }, { userId: 'asc' }] });
    return rows.map(({ userId, messageSeq, seq, byId }) => ({ userId, messageSeq, seq, byId }));
  }

  function letEveryoneCall(conversationId: bigint, mentionPolicy: string): Promise<unknown> {
    return world.db.transaction((tx) => tx.conversation.update({ where: { id: conversationId }, data: { mentionPolicy } }));
  }

  describe('a message that mentions members', () => {
    it('keeps the mentioned members, each once', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      const sent = await say(bob, conversationId, { mentionIds: [cy.userId, ada.userId, cy.userId] });
      expect(sent).toMatchObject({ mentionIds: [cy.userId, ada.userId], mentionsEveryone: false });
      expect((await world.messages.byRefs([sent]))[0]).toEqual(sent);
      expect((await world.entries(conversationId)).at(-1)?.data).toMatchObject({ mentionIds: [cy.userId, ada.userId] });
      const { seq } = sent;
      expect(await counted(conversationId)).toEqual(
        [ada.userId, cy.userId].map((userId) => ({ userId, messageSeq: seq, seq, byId: bob.userId })),
      );
    });

    it('can have up to fifty mentions, including its sender', async () => {
      const ada = await world.person();
      const conversationId = await world.group(ada);
      const many = (count: number) => Array.from({ length: count }, () => ada.userId);
      expect(await say(ada, conversationId, { mentionIds: many(50) })).toMatchObject({ mentionIds: [ada.userId] });
      expect(await refusal(say(ada, conversationId, { mentionIds: many(51) }))).toEqual({ code: 'INVALID_INPUT', field: ['mentionIds'] });
    });

    it('is refused without effect if one of them is not a member', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob);
      const { lastSeq } = await world.groups.removeMember(ada, { groupId: conversationId, userId: bob.userId });
      for (const stranger of [bob.userId, cy.userId, conversationId, 9_000_000_000n]) {
        const outcome = await refusal(say(ada, conversationId, { mentionIds: [ada.userId, stranger] }));
        expect(outcome).toEqual({ code: 'NOT_FOUND', field: ['mentionIds', '1'] });
      }
      expect(await counted(conversationId)).toEqual([]);
      expect(await world.entries(conversationId)).toHaveLength(lastSeq);
    });

    it('can be the first of a direct conversation, mentioning the side that does not see it yet', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.direct(ada, bob);
      expect(await say(ada, conversationId, { mentionIds: [bob.userId] })).toMatchObject({ mentionIds: [bob.userId] });
      expect(await counted(conversationId)).toHaveLength(1);
    });

    it('is counted among others of the same commit', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      const sent = await Promise.all(
        Array.from({ length: 12 }, (_, n) => say(n % 2 === 0 ? ada : bob, conversationId, { mentionIds: n % 3 === 0 ? [] : [cy.userId] })),
      );
      const mentioning = sent.filter(({ mentionIds }) => mentionIds.length > 0);
      const rows = mentioning.map(({ seq, senderId }) => ({ userId: cy.userId, messageSeq: seq, seq, byId: senderId }));
      expect(mentioning).toHaveLength(8);
      expect(await counted(conversationId)).toEqual(rows.toSorted((one, other) => one.seq - other.seq));
    });
  });

  describe('mentioning everyone', () => {
    it.each([
      ['ADMINS', ['OWNER', 'ADMIN']],
      ['OWNER', ['OWNER']],
      ['EVERYONE', ['OWNER', 'ADMIN', 'MEMBER']],
    ])('is allowed to the roles that the policy %s names', async (policy, allowed) => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      await letEveryoneCall(conversationId, policy);
      const where = { conversationId_userId: { conversationId, userId: bob.userId } };
      await world.db.transaction((tx) => tx.membership.update({ where, data: { role: 'ADMIN' } }));
      for (const [role, viewer] of Object.entries({ OWNER: ada, ADMIN: bob, MEMBER: cy })) {
        const act = say(viewer, conversationId, { mentionsEveryone: true });
        if (allowed.includes(role)) expect(await act).toMatchObject({ mentionIds: [], mentionsEveryone: true });
        else expect(await refusal(act)).toEqual({ code: 'FORBIDDEN', field: ['mentionsEveryone'] });
      }
      expect(await counted(conversationId)).toMatchObject(allowed.map(() => ({ userId: 0n })));
    });

    it('is allowed to admins of a new group, and to both sides of a direct conversation', async () => {
      const [ada, bob] = await world.people();
      const group = await world.group(ada, bob);
      expect(await say(ada, group, { mentionsEveryone: true })).toMatchObject({ mentionsEveryone: true });
      expect(await refusal(say(bob, group, { mentionsEveryone: true }))).toMatchObject({ code: 'FORBIDDEN' });
      const direct = await world.direct(ada, bob);
      await say(ada, direct);
      expect(await say(bob, direct, { mentionsEveryone: true, mentionIds: [ada.userId] })).toMatchObject({ mentionsEveryone: true });
      expect(await counted(direct)).toMatchObject([{ userId: 0n }, { userId: ada.userId }]);
    });
  });

  describe('a retry', () => {
    it('finds the first message only with the same mentions, in any order', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      const key = freshKey();
      const first = await say(ada, conversationId, { key, mentionIds: [bob.userId, cy.userId], mentionsEveryone: true });
      expect(await say(ada, conversationId, { key, mentionIds: [cy.userId, bob.userId], mentionsEveryone: true })).toEqual(first);
      for (const other of [{}, { mentionIds: [bob.userId], mentionsEveryone: true }, { mentionIds: [bob.userId, cy.userId] }]) {
        expect(await refusal(say(ada, conversationId, { key, ...other }))).toEqual({ code: 'CONFLICT', field: ['clientMessageId'] });
      }
      expect(await counted(conversationId)).toHaveLength(3);
    });

    it('finds the first message after the mentioned member has left', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const key = freshKey();
      const first = await say(ada, conversationId, { key, mentionIds: [bob.userId] });
      await world.groups.leave(bob, { groupId: conversationId });
      expect(await say(ada, conversationId, { key, mentionIds: [bob.userId] })).toEqual(first);
    });
  });

  describe('an edit', () => {
    async function edited(change: {
      readonly mentionIds?: readonly bigint[];
      readonly mentionsEveryone?: boolean;
      readonly text?: string;
    }) {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      const message = await say(ada, conversationId, { mentionIds: [bob.userId] });
      await say(bob, conversationId);
      const result = await world.messages.edit(ada, { text: 'you there', ...change, message });
      return { ada, bob, cy, message, result, rows: await counted(conversationId), head: (await world.entries(conversationId)).length };
    }

    it('without mentions keeps them as they were', async () => {
      const { bob, message, result, rows } = await edited({ text: 'you here' });
      expect(result.mentionIds).toEqual([bob.userId]);
      expect(rows).toMatchObject([{ userId: bob.userId, messageSeq: message.seq, seq: message.seq }]);
    });

    it('with mentions replaces the former ones', async () => {
      const { result, rows } = await edited({ mentionIds: [] });
      expect(result).toMatchObject({ mentionIds: [], mentionsEveryone: false });
      expect(rows).toEqual([]);
    });

    it('with a new mention counts it from the edit’s entry on', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      const message = await say(ada, conversationId, { mentionIds: [bob.userId] });
      await say(bob, conversationId);
      const change = { message, text: 'you there', mentionIds: [bob.userId, cy.userId], mentionsEveryone: true };
      const result = await world.messages.edit(ada, change);
      expect((await world.messages.byRefs([message]))[0]).toEqual(result);
      const head = (await world.entries(conversationId)).length;
      const row = { messageSeq: message.seq, byId: ada.userId };
      expect(await counted(conversationId)).toEqual([
        { ...row, userId: bob.userId, seq: message.seq },
        { ...row, userId: 0n, seq: head },
        { ...row, userId: cy.userId, seq: head },
      ]);
      await world.messages.edit(ada, change);
      expect(await world.entries(conversationId)).toHaveLength(head);
    });

    it('can keep a mentioned member who has left, and add no user who is not a member', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      const message = await say(ada, conversationId, { mentionIds: [bob.userId] });
      await world.groups.leave(bob, { groupId: conversationId });
      await world.groups.leave(cy, { groupId: conversationId });
      const kept = await world.messages.edit(ada, { message, text: 'changed', mentionIds: [bob.userId] });
      expect(kept.mentionIds).toEqual([bob.userId]);
      const act = world.messages.edit(ada, { message, text: 'again', mentionIds: [bob.userId, cy.userId] });
      expect(await refusal(act)).toEqual({ code: 'NOT_FOUND', field: ['mentionIds', '1'] });
      expect(await refusal(world.messages.edit(ada, { message, text: 'again', mentionIds: Array(51).fill(bob.userId) }))).toEqual({
        code: 'INVALID_INPUT',
        field: ['mentionIds'],
      });
    });

    it('by a member who may not mention everyone keeps such a mention, and cannot add one', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      await letEveryoneCall(conversationId, 'EVERYONE');
      const loud = await say(bob, conversationId, { mentionsEveryone: true });
      const quiet = await say(bob, conversationId);
      await letEveryoneCall(conversationId, 'ADMINS');
      expect(await world.messages.edit(bob, { message: loud, text: 'still' })).toMatchObject({ mentionsEveryone: true });
      const act = world.messages.edit(bob, { message: quiet, text: 'louder', mentionsEveryone: true });
      expect(await refusal(act)).toEqual({ code: 'FORBIDDEN', field: ['mentionsEveryone'] });
    });
  });

  it('a recalled message has no mentions', async () => {
    const [ada, bob] = await world.people();
    const conversationId = await world.group(ada, bob);
    const message = await say(ada, conversationId, { mentionIds: [bob.userId], mentionsEveryone: true });
    expect(await world.messages.recall(ada, message)).toMatchObject({ mentionIds: [], mentionsEveryone: false });
    expect((await world.messages.byRefs([message]))[0]).toMatchObject({ mentionIds: [], mentionsEveryone: false });
    expect(await counted(conversationId)).toEqual([]);
  });
}
