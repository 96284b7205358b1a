import { randomUUID } from 'node:crypto';
import { SendMessageDocument } from '../support/generated/graphql.ts';
import { given, type Person, type World } from '../support/world.ts';
import { type Act, doing, type Watcher } from './converge-acts.ts';

const own: readonly Watcher[] = ['ann', 'desk'];
const three: readonly Watcher[] = [...own, 'ben', 'cat'];

interface Said {
  readonly id: string;
  readonly seq: number;
}

/** Sends a message with any other fields. */
async function said(chat: World, as: Person, conversationId: string, more: object = {}): Promise<Said> {
  const input = { conversationId, clientMessageId: randomUUID(), text: 'said', ...more };
  const { sendMessage } = await chat.ask(SendMessageDocument, { input }, as);
  return given(sendMessage.messageEdge, sendMessage.errors).node;
}

/** Creates a group with two threads of Ann, each with a reply of Ben. The second thread has the newer reply. */
async function twoThreads(chat: World, { ann, ben, cat }: Readonly<Record<'ann' | 'ben' | 'cat', Person>>) {
  const group = await chat.group(ann, ben, cat);
  const one = await said(chat, ann, group);
  const other = await said(chat, ann, group);
  const inOne = await said(chat, ben, group, { threadRootId: one.id });
  const inOther = await said(chat, ben, group, { threadRootId: other.id });
  return { group, one, other, inOne, inOther };
}

/** Acts that move threads and mentions within the unread lists. */
export const waitingActs: readonly Act[] = [
  {
    by: 'sendMessage',
    what: 'in a thread from before somebody came, who has replied there since',
    changes: [...three, 'dan'],
    async prepare(chat, { ann, ben, cat, dan }, send) {
      const group = await chat.group(ann, ben, cat);
      const root = await said(chat, ann, group);
      await doing(chat, 'addMembers')(ann, { groupId: group, userIds: [dan.id] });
      await doing(chat, 'markRead')(ben, { conversationId: group, seq: root.seq });
      const reply = await said(chat, ben, group, { threadRootId: root.id });
      await said(chat, dan, group, { threadRootId: reply.id });
      return () => send(ben, { conversationId: group, clientMessageId: randomUUID(), text: 'said', threadRootId: root.id });
    },
  },
  {
    by: 'sendMessage',
    what: 'in a thread from before somebody came, by them too',
    changes: [...three, 'dan'],
    async prepare(chat, { ann, ben, cat, dan }) {
      const group = await chat.group(ann, ben, cat);
      const root = await said(chat, ann, group);
      await doing(chat, 'addMembers')(ann, { groupId: group, userIds: [dan.id] });
      for (const reader of [ben, cat]) await doing(chat, 'markRead')(reader, { conversationId: group, seq: root.seq });
      return async () => {
        const { id: threadRootId } = await said(chat, ben, group, { threadRootId: root.id });
        for (const sayer of [dan, cat]) await said(chat, sayer, group, { threadRootId });
      };
    },
  },
  {
    by: 'sendMessage',
    what: 'in the older of two threads, which comes first then, after a pin of the conversation for oneself',
    changes: three,
    async prepare(chat, cast) {
      const { group, one } = await twoThreads(chat, cast);
      return async () => {
        await doing(chat, 'updateMembership')(cast.ann, { conversationId: group, pinned: true });
        await said(chat, cast.cat, group, { threadRootId: one.id });
      };
    },
  },
  {
    by: 'editMessage',
    what: 'to mention, between what mentions too, and again with the same',
    changes: three,
    async prepare(chat, { ann, ben, cat }, edit) {
      const group = await chat.group(ann, ben, cat);
      const mentionIds = [ben.id];
      const old = await said(chat, ann, group);
      await said(chat, ann, group, { mentionIds });
      return async () => {
        await edit(ann, { messageId: old.id, text: 'changed' });
        await said(chat, cat, group, { mentionIds });
        await edit(ann, { messageId: old.id, text: 'changed', mentionIds });
        await said(chat, cat, group, { mentionIds });
        await edit(ann, { messageId: old.id, text: 'changed again' });
      };
    },
  },
  {
    by: 'editMessage',
    what: 'to mention everyone besides, and not any more, after which it stands where it stood',
    changes: three,
    async prepare(chat, { ann, ben, cat }, edit) {
      const group = await chat.group(ann, ben, cat);
      const mentionIds = [ben.id];
      const old = await said(chat, ann, group, { mentionIds });
      const newer = await said(chat, ann, group, { mentionIds });
      await doing(chat, 'markRead')(ben, { conversationId: group, seq: newer.seq });
      return async () => {
        await edit(ann, { messageId: old.id, text: 'changed', mentionsEveryone: true });
        await edit(ann, { messageId: newer.id, text: 'changed', mentionsEveryone: true });
        await edit(ann, { messageId: newer.id, text: 'changed', mentionsEveryone: false });
      };
    },
  },
  {
    by: 'editMessage',
    what: 'to mention everyone besides, of what was read',
    changes: three,
    async prepare(chat, { ann, ben, cat }, edit) {
      const group = await chat.group(ann, ben, cat);
      const old = await said(chat, ann, group, { mentionIds: [ben.id] });
      const newer = await said(chat, ann, group, { mentionIds: [ben.id] });
      await doing(chat, 'markRead')(ben, { conversationId: group, seq: newer.seq });
      return () => edit(ann, { messageId: old.id, text: 'changed', mentionsEveryone: true });
    },
  },
  {
    by: 'editMessage',
    what: 'to mention who has deleted it for themselves, alone or with all that was said',
    changes: three,
    async prepare(chat, { ann, ben, cat }, edit) {
      const group = await chat.group(ann, ben, cat);
      const { id: messageId, seq } = await said(chat, ann, group);
      await doing(chat, 'hideMessage')(ben, { messageId });
      await doing(chat, 'clearConversation')(cat, { conversationId: group, seq });
      return () => edit(ann, { messageId, text: 'changed', mentionIds: [ben.id, cat.id] });
    },
  },
  {
    by: 'editMessage',
    what: 'to mention nobody, of what was read and of what was not',
    changes: three,
    async prepare(chat, { ann, ben, cat }, edit) {
      const group = await chat.group(ann, ben, cat);
      const [read, unread] = [
        await said(chat, ann, group, { mentionsEveryone: true }),
        await said(chat, ann, group, { mentionIds: [ben.id] }),
      ];
      await doing(chat, 'markRead')(ben, { conversationId: group, seq: read.seq });
      return async () => {
        for (const { id: messageId } of [read, unread])
          await edit(ann, { messageId, text: 'changed', mentionIds: [], mentionsEveryone: false });
      };
    },
  },
  {
    by: 'recallMessage',
    what: 'of the newest reply of a thread, which keeps its place, and of what mentioned',
    changes: three,
    async prepare(chat, cast, recall) {
      const { group, inOther } = await twoThreads(chat, cast);
      const mention = await said(chat, cast.ann, group, { mentionsEveryone: true });
      return async () => {
        await recall(cast.ben, { messageId: inOther.id });
        await recall(cast.ann, { messageId: mention.id });
      };
    },
  },
  {
    by: 'hideMessage',
    what: 'of the newest reply of a thread, which goes down, and of the only one, which takes it out',
    changes: own,
    async prepare(chat, cast, hide) {
      const { group, one, inOne, inOther } = await twoThreads(chat, cast);
      const newest = await said(chat, cast.cat, group, { threadRootId: one.id });
      return async () => {
        for (const { id: messageId } of [newest, inOther, inOne]) await hide(cast.ann, { messageId });
      };
    },
  },
  {
    by: 'hideMessage',
    what: 'of the newest reply of a thread, after which there is another',
    changes: three,
    async prepare(chat, cast, hide) {
      const { group, one, inOne, inOther } = await twoThreads(chat, cast);
      return async () => {
        for (const { id: messageId } of [inOne, inOther]) await hide(cast.ann, { messageId });
        await said(chat, cast.cat, group, { threadRootId: one.id });
      };
    },
  },
  {
    by: 'markThreadRead',
    what: 'of one of two threads, to the end, before somebody goes on there',
    changes: three,
    async prepare(chat, cast, read) {
      const { group, one, inOne } = await twoThreads(chat, cast);
      return async () => {
        await read(cast.ann, { messageId: one.id, seq: inOne.seq });
        await said(chat, cast.ben, group, { threadRootId: one.id });
      };
    },
  },
  {
    by: 'clearConversation',
    what: 'up to the newest reply of one thread, and the root of another',
    changes: own,
    async prepare(chat, cast, clear) {
      const { group, inOne } = await twoThreads(chat, cast);
      return () => clear(cast.ann, { conversationId: group, seq: inOne.seq });
    },
  },
  {
    by: 'addMembers',
    what: 'of somebody who has threads there, and was mentioned, also while they were out',
    changes: three,
    async prepare(chat, cast, add) {
      const { group: groupId, inOther } = await twoThreads(chat, cast);
      await said(chat, cast.cat, groupId, { mentionIds: [cast.ben.id] });
      await doing(chat, 'updateGroup')(cast.ann, { groupId, historyForNewcomers: 'ALL' });
      await doing(chat, 'removeMember')(cast.ann, { groupId, userId: cast.ben.id });
      await said(chat, cast.ann, groupId, { threadRootId: inOther.id, mentionsEveryone: true });
      return async () => {
        await add(cast.ann, { groupId, userIds: [cast.ben.id] });
        await said(chat, cast.ann, groupId, { threadRootId: inOther.id, mentionsEveryone: true });
      };
    },
  },
  {
    by: 'removeMember',
    what: 'who has threads there',
    changes: three,
    async prepare(chat, cast, remove) {
      const { group: groupId } = await twoThreads(chat, cast);
      return () => remove(cast.ann, { groupId, userId: cast.ben.id });
    },
  },
];
