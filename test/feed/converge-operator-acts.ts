import { randomUUID } from 'node:crypto';
import { inputId } from '../../schema/ids.ts';
import type { NewNotice } from '../../src/notice/index.ts';
import { ageIn } from '../retention/age.ts';
import { rawId, rawSql } from '../support/raw-sql.ts';
import type { World } from '../support/world.ts';
import { type Act, type Cast, doing, parting, toldClosed } from './converge-acts.ts';

// Acts of operators that users see. Operators have a schema of their own, so these acts have its names.

const everybody = ['ann', 'desk', 'ben', 'cat', 'dan'] as const;

/** Posts a notice and runs its jobs. Returns its id. */
async function tell({ node: { chat } }: World, to: NewNotice['to'], title = 'Maintenance'): Promise<string> {
  const { notice } = await chat.notices.post(null, { title, body: 'Tonight.', to });
  if (notice === null) throw new Error('nobody is told');
  await chat.jobs.doDue();
  return notice.id;
}

function annAndBen({ ann, ben }: Cast): NewNotice['to'] {
  return [{ handle: ann.handle }, { handle: ben.handle }];
}

async function takeBack({ node: { chat } }: World, id: string): Promise<void> {
  await chat.notices.revoke(id);
  await chat.jobs.doDue();
}

/** All acts of operators that change what users see. */
export const operatorActs: readonly Act[] = [
  {
    by: 'postNotice',
    what: 'to all, twice',
    changes: everybody,
    prepare: async (chat) => async () => {
      await tell(chat, 'ALL');
      await tell(chat, 'ALL', 'It is over');
    },
  },
  {
    by: 'postNotice',
    what: 'to some',
    changes: ['ann', 'desk', 'ben'],
    prepare: async (chat, cast) => async () => void (await tell(chat, annAndBen(cast))),
  },
  {
    by: 'postNotice',
    what: 'to some, between two to all',
    changes: everybody,
    prepare: async (chat, cast) => async () => {
      await tell(chat, 'ALL', 'One');
      await tell(chat, annAndBen(cast), 'Two');
      await tell(chat, 'ALL', 'Three');
    },
  },
  {
    by: 'resolveReport',
    what: 'that takes a message back which was pinned, for everyone who saw it',
    changes: ['ann', 'desk', 'ben', 'cat'],
    async prepare(chat, { ann, ben, cat }) {
      const group = await chat.group(ann, ben, cat);
      const { id } = await chat.say(ann, group, 'to be removed');
      await doing(chat, 'pinMessage')(ann, { messageId: id });
      const { reports, moderation, users } = chat.node.chat;
      const reporter = await users.authenticate(ben.token);
      const message = inputId('Message', id);
      await reports.message(reporter, { message, reason: 'HATE' });
      const { items } = await moderation.queue({ state: 'OPEN', kind: 'MESSAGE', first: 100 });
      const itemId = items.find(({ item: { text } }) => text === 'to be removed')?.key ?? '';
      return async () => void (await moderation.resolve(null, { itemId, action: 'REMOVE_MESSAGE' }));
    },
  },
  {
    by: 'resolveReport',
    what: 'that dismisses what was reported',
    changes: [],
    async prepare(chat, { ann, ben }) {
      const { reports, moderation, users } = chat.node.chat;
      const reporter = await users.authenticate(ben.token);
      await reports.user(reporter, { userId: inputId('User', ann.id), reason: 'SPAM' });
      const { items } = await moderation.queue({ state: 'OPEN', kind: 'USER', first: 100 });
      return async () => {
        for (const { key } of items) await moderation.resolve(null, { itemId: key, action: 'DISMISS' });
      };
    },
  },
  {
    by: 'revokeNotice',
    what: 'of one to all',
    changes: everybody,
    async prepare(chat) {
      const id = await tell(chat, 'ALL');
      await tell(chat, 'ALL', 'It stays');
      return () => takeBack(chat, id);
    },
  },
  {
    by: 'revokeNotice',
    what: 'of one to some',
    changes: ['ann', 'desk', 'ben'],
    async prepare(chat, cast) {
      const id = await tell(chat, annAndBen(cast));
      return () => takeBack(chat, id);
    },
  },
  {
    by: 'revokeNotice',
    what: 'of what was posted a moment ago: nobody has it in the end',
    changes: [],
    prepare: async (chat) => async () => takeBack(chat, await tell(chat, 'ALL')),
  },
  {
    by: 'setSettings',
    what: 'that keeps what was said for a time only: what is older goes, pinned, quoted and unread as it is',
    changes: ['ann', 'desk', 'ben', 'cat'],
    async prepare(chat, { ann, ben, cat }) {
      const { settings, retention } = chat.node.chat;
      const group = await chat.group(ann, ben, cat);
      const old = await chat.say(ben, group, 'to be gone');
      await doing(chat, 'addReaction')(cat, { messageId: old.id, emoji: '👍' });
      const attachments = [{ url: 'https://example.org/a', mediaType: 'image/png' }];
      const call = { conversationId: group, clientMessageId: randomUUID(), text: '@', mentionsEveryone: true, attachments };
      await doing(chat, 'sendMessage')(ann, call);
      const said = { conversationId: group, clientMessageId: randomUUID(), text: 'kept', attachments };
      await doing(chat, 'sendMessage')(ben, { ...said, replyToId: old.id, threadRootId: old.id });
      await doing(chat, 'pinMessage')(ann, { messageId: old.id });
      await using sql = await rawSql(chat.stores);
      await ageIn(sql, rawId(group), old.seq + 2);
      return async () => {
        await settings.set(null, { settings: [{ name: 'historyDays', value: '30' }] });
        await retention.round({ after: 0n }, new AbortController().signal);
        await settings.set(null, { settings: [{ name: 'historyDays', value: '0' }] });
      };
    },
  },
  {
    by: 'dissolveGroup',
    what: 'by an operator, of a group that somebody owns',
    changes: ['ann', 'desk', 'ben', 'cat'],
    async prepare(chat, { ann, ben, cat }) {
      const group = await chat.group(ann, ben, cat);
      await chat.say(ben, group, 'said before');
      return async () => {
        await chat.node.chat.groupAdministration.dissolve({ groupId: inputId('Conversation', group) });
        for (const member of [ann, ben, cat]) await toldClosed(chat, member, group);
      };
    },
  },
  {
    by: 'removeFromGroup',
    what: 'by an operator: of one who has something to read, and for good of somebody who is not in it',
    changes: ['ann', 'desk', 'ben', 'cat'],
    async prepare(chat, { ann, ben, cat, dan }) {
      const group = await chat.group(ann, ben, cat);
      await chat.say(cat, group, 'unread');
      const groupId = inputId('Conversation', group);
      return async () => {
        await chat.node.chat.groupAdministration.remove({ groupId, userId: inputId('User', ben.id) });
        await chat.node.chat.groupAdministration.remove({ groupId, userId: inputId('User', dan.id), ban: true });
      };
    },
  },
  {
    by: 'setGroupOwner',
    what: 'by an operator, to who was muted',
    changes: ['ann', 'desk', 'ben', 'cat'],
    async prepare(chat, { ann, ben, cat }) {
      const group = await chat.group(ann, ben, cat);
      await doing(chat, 'muteMember')(ann, { groupId: group, userId: ben.id, until: '2999-01-01T00:00:00.000Z' });
      const [groupId, userId] = [inputId('Conversation', group), inputId('User', ben.id)];
      return async () => void (await chat.node.chat.groupAdministration.setOwner({ groupId, userId }));
    },
  },
  {
    by: 'updateUser',
    what: 'by an operator: what apps read of somebody, and what they are called',
    changes: ['ann', 'desk'],
    async prepare(chat, { ann }) {
      const { administration } = chat.node.chat;
      const userId = inputId('User', ann.id);
      await administration.update(null, { userId, data: { of: 'before' } });
      return async () => {
        await administration.update(null, { userId, data: { level: 3 } });
        await administration.update(null, { userId, displayName: 'Ann of the Fair', bio: null });
      };
    },
  },
  {
    by: 'suspendUser',
    what: 'of somebody whom the others know: they are shown nothing of it, nor of its end',
    changes: [],
    async prepare(chat, cast) {
      const { id } = await parting(chat, cast);
      const { administration } = chat.node.chat;
      return async () => {
        await administration.suspend(null, { userId: BigInt(rawId(id)), reason: 'spam' });
        await administration.restore({ userId: BigInt(rawId(id)) });
      };
    },
  },
  ...(['KEEP', 'REMOVE'] as const).map(
    (messages): Act => ({
      by: 'deleteUser',
      what: `of somebody whom the others know, and whose messages are to ${messages === 'KEEP' ? 'stay' : 'go'}`,
      changes: everybody,
      async prepare(chat, cast) {
        const { id } = await parting(chat, cast);
        return async () => {
          await chat.node.chat.administration.erase(null, { userId: BigInt(rawId(id)), messages });
          await chat.node.chat.jobs.doDue();
        };
      },
    }),
  ),
];
