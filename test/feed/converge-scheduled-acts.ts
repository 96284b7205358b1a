import { randomUUID } from 'node:crypto';
import { ahead, allTimesCome } from '../scheduled/times.ts';
import { ScheduleMessageDocument, SendMessageDocument } from '../support/generated/graphql.ts';
import { given, type Person, type World } from '../support/world.ts';
import type { Act, Watcher } from './converge-acts.ts';

const own: readonly Watcher[] = ['ann', 'desk'];
const three: readonly Watcher[] = [...own, 'ben', 'cat'];

function later(conversationId: string, text = 'later'): object {
  return { conversationId, clientMessageId: randomUUID(), text, sendAt: ahead() };
}

/** Schedules a message, and returns its id. */
async function left(chat: World, as: Person, conversationId: string, ms?: number): Promise<string> {
  const input = { conversationId, clientMessageId: randomUUID(), text: 'later', sendAt: ahead(ms) };
  const { scheduleMessage } = await chat.ask(ScheduleMessageDocument, { input }, as);
  return given(scheduleMessage.scheduledMessageEdge, scheduleMessage.errors).node.id;
}

/** Acts on scheduled messages. */
export const scheduledActs: readonly Act[] = [
  {
    by: 'scheduleMessage',
    what: 'twice, the second for before the first',
    changes: own,
    async prepare(chat, { ann, ben, cat }, schedule) {
      const group = await chat.group(ann, ben, cat);
      await left(chat, ann, group, 7_200_000);
      const { id } = await chat.say(ann, group, 'said to be answered');
      return async () => {
        await schedule(ann, { ...later(group), poll: { options: ['yes', 'no'], closesAt: ahead(7_200_000) } });
        await schedule(ann, { ...later(group), replyToId: id, mentionIds: [ben.id], data: { of: 'a' }, sendAt: ahead(1_800_000) });
      };
    },
  },
  {
    by: 'scheduleMessage',
    what: 'that is said at its time',
    changes: three,
    async prepare(chat, { ann, ben, cat }, schedule) {
      const group = await chat.group(ann, ben, cat);
      return async () => {
        await schedule(ann, later(group));
        await allTimesCome(chat);
      };
    },
  },
  {
    by: 'scheduleMessage',
    what: 'that cannot be said at its time',
    changes: own,
    async prepare(chat, { ann, ben, cat }, schedule) {
      const group = await chat.group(ann, ben, cat);
      const input = { conversationId: group, clientMessageId: randomUUID(), text: 'later', sendAt: ahead() };
      await schedule(ann, input);
      const taken = { conversationId: group, clientMessageId: input.clientMessageId, text: 'said meanwhile under the same name' };
      await chat.ask(SendMessageDocument, { input: taken }, ann);
      return () => allTimesCome(chat);
    },
  },
  {
    by: 'changeScheduledMessage',
    what: 'what is said, and when: it stands elsewhere',
    changes: own,
    async prepare(chat, { ann, ben, cat }, change) {
      const group = await chat.group(ann, ben, cat);
      const [first] = [await left(chat, ann, group), await left(chat, ann, group, 7_200_000)];
      return () => change(ann, { scheduledMessageId: first, text: 'later still', sendAt: ahead(10_800_000) });
    },
  },
  {
    by: 'cancelScheduledMessage',
    what: 'one of two',
    changes: own,
    async prepare(chat, { ann, ben, cat }, cancel) {
      const group = await chat.group(ann, ben, cat);
      const [first] = [await left(chat, ann, group), await left(chat, ann, group)];
      return () => cancel(ann, { scheduledMessageId: first });
    },
  },
  {
    by: 'sendScheduledMessage',
    what: 'one of two',
    changes: three,
    async prepare(chat, { ann, ben, cat }, send) {
      const group = await chat.group(ann, ben, cat);
      const [first] = [await left(chat, ann, group), await left(chat, ann, group)];
      return () => send(ann, { scheduledMessageId: first });
    },
  },
];
