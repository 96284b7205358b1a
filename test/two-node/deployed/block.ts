import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  BlockUserDocument,
  type FollowedFragment,
  RemoveContactDocument,
  RequestContactDocument,
  SendMessageDocument,
  SetTypingDocument,
  UpdateSettingsDocument,
} from '../../support/generated/graphql.ts';
import { refusals } from '../../support/refusal.ts';
import { type Doings, type Person, peopleOf } from '../../support/world.ts';
import type { Deployment } from '../deployment.ts';
import type { Ear } from '../ear.ts';

/** Tests that a block applies on every node at once. `deployed`: typing does not time out. */
export function usersAreBlocked(deployed: Deployment): void {
  const { here, ways, listen } = deployed;

  function isOf(type: FollowedFragment['__typename']) {
    return (event: FollowedFragment): boolean => event.__typename === type;
  }

  async function send(on: Doings, as: Person, conversationId: string): Promise<readonly string[]> {
    const input = { conversationId, clientMessageId: randomUUID(), text: 'hello' };
    return refusals((await on.ask(SendMessageDocument, { input }, as)).sendMessage.errors);
  }

  async function befriend(one: Person, other: Person): Promise<void> {
    await here.ask(RequestContactDocument, { input: { userId: other.id } }, one);
    await here.ask(RequestContactDocument, { input: { userId: one.id } }, other);
  }

  /** What ends a user's right to write to another. */
  const endings = [
    {
      did: 'was blocked',
      end: (sender: Person, other: Person) => here.ask(BlockUserDocument, { input: { userId: sender.id } }, other),
      code: 'NOT_CONTACTS',
    },
    {
      did: 'has blocked the other',
      end: (sender: Person, other: Person) => here.ask(BlockUserDocument, { input: { userId: other.id } }, sender),
      code: 'BLOCKED',
    },
    {
      did: 'is a contact no more',
      end: (sender: Person, other: Person) => here.ask(RemoveContactDocument, { input: { userId: sender.id } }, other),
      code: 'NOT_CONTACTS',
    },
  ] as const;

  describe.each(Object.values(ways))('on another node, $name', (way) => {
    it.each(endings)('a sender who $did is refused once this has been answered', async ({ end, code }) => {
      const [ann, ben] = await here.people('ann', 'ben');
      const there = peopleOf(() => way.there().url);
      await befriend(ann, ben);
      await here.ask(UpdateSettingsDocument, { input: { messagesFrom: 'CONTACTS' } }, ben);
      const direct = await here.direct(ann, ben);
      expect(await send(there, ann, direct)).toEqual([]);
      // Whoever is connected there would be told.
      await listen(way.there(), ann);
      await way.begin();
      try {
        await end(ann, ben);
        expect(await send(there, ann, direct)).toEqual([`${code} input.conversationId`]);
        await way.felt();
      } finally {
        await way.end();
      }
    });

    it('the blocker’s other devices receive BlockChanged, and the blocked user receives nothing', async () => {
      const [ann, ben] = await here.people('ann', 'ben');
      const group = await here.group(ann, ben);
      const phone = await here.anotherDevice(ann);
      const [anns, bens] = [await listen(way.there(), phone), await listen(way.there(), ben)];
      await way.begin();
      try {
        await here.ask(BlockUserDocument, { input: { userId: ben.id } }, ann);
        await here.say(ann, group, 'hello');
        const heard = await anns.hear(isOf('BlockChanged'), isOf('MessageSent'));
        expect(heard.map(({ __typename }) => __typename)).toContain('BlockChanged');
        expect((await bens.hear(isOf('MessageSent'))).map(({ __typename }) => __typename)).toEqual(['MessageSent']);
        await way.felt();
      } finally {
        await way.end();
      }
    });
  });

  it('two users between whom there is a block do not see each other type, on any nodes, and others see both', async () => {
    const [ann, ben, cyd] = await here.people('ann', 'ben', 'cyd');
    const node = deployed.trusting;
    const there = peopleOf(() => node.url);
    const group = await here.group(cyd, ann, ben);
    await here.ask(BlockUserDocument, { input: { userId: ben.id } }, ann);
    const [anns, bens, cyds] = [await listen(node, ann), await listen(node, ben), await listen(node, cyd)];
    await here.ask(SetTypingDocument, { input: { conversationId: group, typing: true } }, ben);
    await there.ask(SetTypingDocument, { input: { conversationId: group, typing: true } }, ann);
    // All listen on one node, so everybody who receives it has it by now.
    for (const _ of [ben, ann]) await cyds.hear(isOf('TypingChanged'));
    await here.say(ann, group, 'hello');
    await here.say(ben, group, 'hello');
    await here.say(cyd, group, 'over');
    const [toAnn, toBen, toCyd] = await Promise.all([anns, bens, cyds].map(typingTold));
    // The two are not told of the end of typing either, which comes with the message.
    expect([toAnn, toBen, toCyd]).toEqual([0, 0, 2]);
  });

  /** Returns the number of TypingChanged events up to the third message. */
  async function typingTold(ear: Ear): Promise<number> {
    let told = 0;
    for (let messages = 0; messages < 3; messages += 1) told += (await ear.hear(isOf('MessageSent'))).filter(isOf('TypingChanged')).length;
    return told;
  }
}
