import { beforeAll, describe, expect, it } from 'vitest';
import { askAdmin } from '../../support/admin-caller.ts';
import { runAdmin } from '../../support/admin-command.ts';
import {
  AddMembersDocument,
  ConversationLogDocument,
  ConversationsDocument,
  DissolveGroupDocument,
  type FollowedFragment,
  HistoryDocument,
  LeaveGroupDocument,
  RemoveMemberDocument,
  SendMessageDocument,
} from '../../support/generated/graphql.ts';
import { inWords } from '../../support/listening.ts';
import { refusals } from '../../support/refusal.ts';
import { type Person, peopleOf } from '../../support/world.ts';
import type { Deployment, Way } from '../deployment.ts';
import { says } from '../ear.ts';

/** Tests that whoever leaves a group receives nothing more of it on any node. */
export function accessEnds(deployed: Deployment): void {
  const { here, ways, listen, stream } = deployed;

  let admin: Person;

  beforeAll(async () => {
    const [ada] = await here.people('ada');
    expect(await runAdmin(deployed.env, 'grant', ada.handle)).toMatchObject({ code: 0 });
    admin = await here.anotherDevice(ada);
  });

  /** Runs an operator's mutation on the node `here`. */
  async function operate(mutation: string): Promise<void> {
    const { data, errors } = await askAdmin(deployed.hereNode.adminUrl, `mutation { done: ${mutation} { errors { code } } }`, {}, admin);
    expect({ data, errors }).toEqual({ data: { done: { errors: [] } }, errors: undefined });
  }

  /** The ways to leave a group. */
  const partings = [
    {
      did: 'was removed',
      leaveReason: 'REMOVED',
      part: (group: string, owner: Person, { id }: Person) =>
        here.ask(RemoveMemberDocument, { input: { groupId: group, userId: id } }, owner),
    },
    {
      did: 'was banned',
      leaveReason: 'BANNED',
      part: (group: string, owner: Person, { id }: Person) =>
        here.ask(RemoveMemberDocument, { input: { groupId: group, userId: id, ban: true } }, owner),
    },
    {
      did: 'left',
      leaveReason: 'LEFT',
      part: (group: string, _owner: Person, member: Person) => here.ask(LeaveGroupDocument, { input: { groupId: group } }, member),
    },
    {
      did: 'was removed by an operator',
      leaveReason: 'REMOVED',
      part: (group: string, _owner: Person, { id }: Person) => operate(`removeFromGroup(input: { groupId: "${group}", userId: "${id}" })`),
    },
  ] as const;

  function isClosed(event: FollowedFragment): boolean {
    return event.__typename === 'ConversationClosed';
  }

  function streamIds(events: readonly FollowedFragment[]): readonly string[] {
    return events.flatMap((event) => ('streamId' in event ? [event.streamId] : []));
  }

  /** Expects that a conversation does not exist for a user, whatever they query. */
  async function expectNothing({ there }: Way, person: Person, group: string): Promise<void> {
    const { ask, post } = peopleOf(() => there().url);
    expect((await ask(HistoryDocument, { id: group }, person)).conversation).toBeNull();
    expect((await ask(ConversationLogDocument, { id: group, afterSeq: 0 }, person)).conversation).toBeNull();
    const { viewer } = await ask(ConversationsDocument, {}, person);
    expect(viewer?.conversations.edges.map(({ node }) => node.id)).not.toContain(group);
    const input = { conversationId: group, clientMessageId: 'late', text: 'hi' };
    const { data } = await post(SendMessageDocument, { input }, person);
    expect(refusals(data?.sendMessage.errors)).toEqual(['NOT_FOUND input.conversationId']);
  }

  describe.each(Object.values(ways))('on another node, $name', (way) => {
    it.each(partings)('a member who $did receives nothing more of the group, and still everything else', async ({ leaveReason, part }) => {
      const [ann, ben, cyd] = await here.people('ann', 'ben', 'cyd');
      const [group, rest] = [await here.group(ann, ben, cyd), await here.group(ann, ben)];
      const node = way.there();
      const others = await listen(node, cyd, group);
      const whole = [await listen(node, ben), await stream(node, ben)];
      const ofGroup = [await listen(node, ben, group), await stream(node, ben, group)];
      const ofRest = [await listen(node, ben, rest), await stream(node, ben, rest)];
      await here.say(ann, group, 'for both');
      for (const ear of [others, ...whole, ...ofGroup]) await ear.hear(says('for both'));

      await way.begin();
      try {
        await part(group, ann, ben);
        await here.say(ann, group, 'not for ben');
        await expectNothing(way, ben, group);
        for (const ear of ofGroup) expect(await ear.end()).toEqual({ events: [], how: 'NOT_FOUND' });
        // The members who stayed have received it by now. Had it been sent to ben, it would come before what follows.
        expect((await others.hear(says('not for ben'))).map(({ __typename }) => __typename)).toEqual(['MemberLeft', 'MessageSent']);
        await here.say(ann, rest, 'for ben');
        for (const ear of whole) {
          const events = await ear.hear(isClosed, says('for ben'));
          expect(streamIds(events)).not.toContain(group);
          expect(events.find(isClosed)).toMatchObject({ conversationId: group, leaveReason });
        }
        for (const ear of ofRest) expect((await ear.hear(says('for ben'))).map(inWords)).toEqual(['MessageSent 3 for ben']);
        await way.felt();
      } finally {
        await way.end();
      }
    });

    it('when the last member leaves, all their devices learn that the group was dissolved', async () => {
      const [ann] = await here.people('ann');
      const [group, rest] = [await here.group(ann), await here.group(ann)];
      const node = way.there();
      const whole = [await listen(node, ann), await stream(node, ann)];
      const ofGroup = [await listen(node, ann, group), await stream(node, ann, group)];

      await way.begin();
      try {
        await here.ask(LeaveGroupDocument, { input: { groupId: group } }, ann);
        await expectNothing(way, ann, group);
        for (const ear of ofGroup) expect(await ear.end()).toEqual({ events: [], how: 'NOT_FOUND' });
        await here.say(ann, rest, 'alone');
        for (const ear of whole) {
          const events = await ear.hear(isClosed, says('alone'));
          expect(streamIds(events)).not.toContain(group);
          expect(events.find(isClosed)).toMatchObject({ conversationId: group, leaveReason: 'DISSOLVED' });
        }
        await way.felt();
      } finally {
        await way.end();
      }
    });

    it.each([
      ['its owner dissolves', (groupId: string, owner: Person) => here.ask(DissolveGroupDocument, { input: { groupId } }, owner)],
      ['an operator dissolves', (groupId: string) => operate(`dissolveGroup(input: { groupId: "${groupId}" })`)],
    ])('a member whose group %s receives nothing more of it, and then ConversationClosed', async (_by, dissolve) => {
      const [ann, ben] = await here.people('ann', 'ben');
      const [group, rest] = [await here.group(ann, ben), await here.group(ann, ben)];
      const node = way.there();
      const whole = [await listen(node, ben), await stream(node, ben)];
      const ofGroup = [await listen(node, ben, group), await stream(node, ben, group)];

      await way.begin();
      try {
        await dissolve(group, ann);
        await expectNothing(way, ben, group);
        for (const ear of ofGroup) expect(await ear.end()).toEqual({ events: [], how: 'NOT_FOUND' });
        await here.say(ann, rest, 'for ben');
        for (const ear of whole) {
          const events = await ear.hear(isClosed, says('for ben'));
          expect(streamIds(events)).not.toContain(group);
          expect(events.find(isClosed)).toMatchObject({ conversationId: group, leaveReason: 'DISSOLVED' });
        }
        await way.felt();
      } finally {
        await way.end();
      }
    });

    it('a user who was removed and added again receives what came since, and nothing from in between', async () => {
      const [ann, ben] = await here.people('ann', 'ben');
      const group = await here.group(ann, ben);
      const whole = [await listen(way.there(), ben), await stream(way.there(), ben)];

      await way.begin();
      try {
        await here.ask(RemoveMemberDocument, { input: { groupId: group, userId: ben.id } }, ann);
        await here.say(ann, group, 'between');
        await here.ask(AddMembersDocument, { input: { groupId: group, userIds: [ben.id] } }, ann);
        await here.say(ann, group, 'again');
        await way.felt();
      } finally {
        // A node follows a conversation that is new to it once the bus has acknowledged the topic, so not before the bus works again.
        await way.end();
      }
      for (const ear of whole) {
        const events = await ear.hear(says('again'));
        const ofGroup = events.filter((event) => 'streamId' in event && event.streamId === group);
        expect(ofGroup.map(inWords)).toEqual(['MemberJoined 5', 'MessageSent 6 again']);
      }
    });
  });
}
