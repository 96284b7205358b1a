import { randomUUID } from 'node:crypto';
import { ahead } from '../scheduled/times.ts';
import {
  HideMessageDocument,
  LeaveGroupDocument,
  RecallMessageDocument,
  SaveDraftDocument,
  SaveMessageDocument,
  UpdateGroupDocument,
} from '../support/generated/graphql.ts';
import { given, type Person, type World } from '../support/world.ts';
import type { Act, Watcher } from './converge-acts.ts';

const own: readonly Watcher[] = ['ann', 'desk'];
const three: readonly Watcher[] = [...own, 'ben', 'cat'];

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + 1_000 * seconds).toISOString();

async function begun(chat: World, as: Person, input: { conversationId: string; threadRootId?: string; text: string; seconds?: number }) {
  const { seconds = 1, ...rest } = input;
  const { saveDraft } = await chat.ask(SaveDraftDocument, { input: { ...rest, writtenAt: at(seconds) } }, as);
  given(saveDraft.draftEdge, saveDraft.errors);
}

async function saved(chat: World, as: Person, messageId: string, note?: string): Promise<void> {
  const { saveMessage } = await chat.ask(SaveMessageDocument, { input: { messageId, note } }, as);
  given(saveMessage.savedMessageEdge, saveMessage.errors);
}

/**
 * Creates a group with two messages of Ben, both saved by Ann, and a group with a third. Ann has drafts in both groups, and in a thread.
 */
async function kept(chat: World, { ann, ben, cat }: Readonly<Record<'ann' | 'ben' | 'cat', Person>>) {
  const group = await chat.group(ann, ben, cat);
  const elsewhere = await chat.group(ann, ben);
  const [first, second, third] = [
    await chat.say(ben, group, 'one'),
    await chat.say(ben, group, 'two'),
    await chat.say(ben, elsewhere, 'three'),
  ];
  for (const { id } of [first, second, third]) await saved(chat, ann, id);
  await begun(chat, ann, { conversationId: group, text: 'so far' });
  await begun(chat, ann, { conversationId: group, threadRootId: first.id, text: 'so far in the thread' });
  await begun(chat, ann, { conversationId: elsewhere, text: 'so far elsewhere' });
  return { group, first: first.id, second: second.id };
}

/** Creates a group of Ben whose newcomers see its history, in which Ann has a saved message and a draft. */
async function keptBySomebodyElses(chat: World, { ann, ben, cat }: Readonly<Record<'ann' | 'ben' | 'cat', Person>>): Promise<string> {
  const group = await chat.group(ben, ann, cat);
  await chat.ask(UpdateGroupDocument, { input: { groupId: group, historyForNewcomers: 'ALL' } }, ben);
  const { id } = await chat.say(ben, group, 'one');
  await saved(chat, ann, id);
  await begun(chat, ann, { conversationId: group, text: 'so far' });
  return group;
}

/** Acts on drafts and saved messages. */
export const keptActs: readonly Act[] = [
  {
    by: 'saveDraft',
    what: 'anew, and on',
    changes: own,
    async prepare(chat, { ann, ben, cat }, save) {
      const group = await chat.group(ann, ben, cat);
      const { id } = await chat.say(ben, group, 'to be answered');
      return async () => {
        await save(ann, { conversationId: group, text: 'so', writtenAt: at(1) });
        await save(ann, { conversationId: group, text: 'so far', replyToId: id, data: { at: 6 }, writtenAt: at(2) });
      };
    },
  },
  {
    by: 'saveDraft',
    what: 'of one of several, which then stands first, and in a thread anew',
    changes: own,
    async prepare(chat, cast, save) {
      const { group, second } = await kept(chat, cast);
      return async () => {
        await save(cast.ann, { conversationId: group, text: 'so far, and on', writtenAt: at(2) });
        await save(cast.ann, { conversationId: group, threadRootId: second, text: 'so far in another thread', writtenAt: at(2) });
        await save(cast.ann, { conversationId: group, text: 'late', writtenAt: at(1) });
      };
    },
  },
  {
    by: 'removeDraft',
    what: 'there, and in a thread',
    changes: own,
    async prepare(chat, cast, remove) {
      const { group, first } = await kept(chat, cast);
      return async () => {
        await remove(cast.ann, { conversationId: group, writtenAt: at(2) });
        await remove(cast.ann, { conversationId: group, threadRootId: first, writtenAt: at(2) });
      };
    },
  },
  {
    by: 'sendMessage',
    what: 'that was a draft',
    changes: three,
    async prepare(chat, cast, send) {
      const { group } = await kept(chat, cast);
      const input = { conversationId: group, clientMessageId: randomUUID(), text: 'so far, and further', draftWrittenAt: at(2) };
      return () => send(cast.ann, input);
    },
  },
  {
    by: 'scheduleMessage',
    what: 'that was a draft',
    changes: own,
    async prepare(chat, cast, schedule) {
      const { group } = await kept(chat, cast);
      const input = { conversationId: group, clientMessageId: randomUUID(), text: 'so far, and further', draftWrittenAt: at(2) };
      return () => schedule(cast.ann, { ...input, sendAt: ahead() });
    },
  },
  {
    by: 'saveMessage',
    what: 'one, and another note with one that was saved before',
    changes: own,
    async prepare(chat, cast, save) {
      const { group, first } = await kept(chat, cast);
      const { id } = await chat.say(cast.ben, group, 'another');
      return async () => {
        await save(cast.ann, { messageId: id, note: 'for later' });
        await save(cast.ann, { messageId: first, note: 'as well' });
      };
    },
  },
  {
    by: 'saveMessage',
    what: 'that is deleted for oneself, or taken back, right after',
    changes: three,
    async prepare(chat, { ann, ben, cat }, save) {
      const group = await chat.group(ann, ben, cat);
      const [hidden, recalled] = [await chat.say(ben, group, 'hidden'), await chat.say(ben, group, 'recalled')];
      return async () => {
        for (const { id: messageId } of [hidden, recalled]) await save(ann, { messageId });
        await chat.ask(HideMessageDocument, { input: { messageId: hidden.id } }, ann);
        await chat.ask(RecallMessageDocument, { input: { messageId: recalled.id } }, ben);
      };
    },
  },
  {
    by: 'unsaveMessage',
    what: 'one of several',
    changes: own,
    async prepare(chat, cast, unsave) {
      const { first } = await kept(chat, cast);
      return () => unsave(cast.ann, { messageId: first });
    },
  },
  {
    by: 'hideMessage',
    what: 'that was saved',
    changes: own,
    async prepare(chat, cast, hide) {
      const { first } = await kept(chat, cast);
      return () => hide(cast.ann, { messageId: first });
    },
  },
  {
    by: 'clearConversation',
    what: 'of which something was saved',
    changes: own,
    async prepare(chat, cast, clear) {
      const { group } = await kept(chat, cast);
      return () => clear(cast.ann, { conversationId: group });
    },
  },
  {
    by: 'leaveGroup',
    what: 'where something was begun and saved',
    changes: three,
    async prepare(chat, cast, leave) {
      const group = await keptBySomebodyElses(chat, cast);
      return () => leave(cast.ann, { groupId: group });
    },
  },
  {
    by: 'addMembers',
    what: 'somebody who had begun and saved something there before they left',
    changes: three,
    async prepare(chat, cast, add) {
      const { ann, ben } = cast;
      const group = await keptBySomebodyElses(chat, cast);
      await chat.ask(LeaveGroupDocument, { input: { groupId: group } }, ann);
      return () => add(ben, { groupId: group, userIds: [ann.id] });
    },
  },
];
