import { createECDH, randomUUID } from 'node:crypto';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type DocumentNode, parse } from 'graphql';
import { expect } from 'vitest';
import {
  AccountEventsDocument,
  AcquaintanceDocument,
  CreateInviteDocument,
  HistoryDocument,
  JoinGroupDocument,
  RequestContactDocument,
  SessionsDocument,
} from '../support/generated/graphql.ts';
import { backendTokenOf } from '../support/issuer.ts';
import { given, type Person, password, type World } from '../support/world.ts';

/** The users of a scene: Ann, who acts, Ben, who is acted on, Cat, who is present, and Dan, who knows nobody. */
export interface Cast {
  readonly ann: Person;
  readonly ben: Person;
  readonly cat: Person;
  readonly dan: Person;
}

/** Whose device is checked: every user's, and Ann's second one. */
export type Watcher = keyof Cast | 'desk';

/** Runs one mutation for a user. Throws if it is refused. */
type Do = (as: Person | undefined, input: object) => Promise<void>;

/** An act to test. */
export interface Act {
  /** The mutation that the act runs. */
  readonly by: string;
  /** A description of the act, for the test's title. */
  readonly what: string;
  /** Sets up what the act needs, and returns the act. */
  prepare(chat: World, cast: Cast, act: Do): Promise<() => Promise<void>>;
  /** The devices that show something else afterwards. */
  readonly changes: readonly Watcher[];
  /** The devices that were offline and learn of it by replay. All of them if absent. Receipts are not logged. */
  readonly toldLater?: readonly Watcher[];
}

/** Returns a function that runs a mutation with one `input`. */
export function doing(chat: World, mutation: string): Do {
  const input = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const source: DocumentNode = parse(`mutation ($input: ${input}!) { done: ${mutation}(input: $input) { errors { code message field } } }`);
  const document: TypedDocumentNode<{ readonly done: { readonly errors: readonly object[] } }, { readonly input: object }> = source;
  return async (as, given) => {
    const { done } = await chat.ask(document, { input: given }, as);
    if (done.errors.length > 0) throw new Error(`${mutation} was refused: ${JSON.stringify(done.errors)}`);
  };
}

const own: readonly Watcher[] = ['ann', 'desk'];
const two: readonly Watcher[] = [...own, 'ben'];
const three: readonly Watcher[] = [...two, 'cat'];

/** Creates a group of Ann, Ben and Cat, in which each of `sayers` sends a message. Entries 1 to 3 are their joining. */
async function talk(chat: World, { ann, ben, cat }: Cast, ...sayers: readonly Person[]): Promise<string> {
  const id = await chat.group(ann, ben, cat);
  for (const sayer of sayers) await chat.say(sayer, id, 'said before');
  return id;
}

async function requested(chat: World, from: Person, to: Person): Promise<string> {
  const { requestContact } = await chat.ask(RequestContactDocument, { input: { userId: to.id, note: 'please' } }, from);
  return given(requestContact.contactRequestEdge, requestContact.errors).node.id;
}

async function befriended(chat: World, one: Person, other: Person): Promise<string> {
  const requestId = await requested(chat, one, other);
  await doing(chat, 'answerContactRequest')(other, { requestId, accept: true });
  return given((await chat.ask(AcquaintanceDocument, { handle: other.handle }, one)).user?.viewerContact, []).id;
}

/** Resolves once a user's account has the entry ConversationClosed of a conversation. */
export async function toldClosed(chat: World, person: Person, conversationId: string): Promise<void> {
  const account = async () => given((await chat.ask(AccountEventsDocument, {}, person)).viewer, []).events.edges.map(({ node }) => node);
  await expect.poll(account).toContainEqual(expect.objectContaining({ __typename: 'ConversationClosed', conversationId }));
}

function message(conversationId: string, replyToId?: string): object {
  return { conversationId, clientMessageId: randomUUID(), text: 'said', replyToId };
}

function file(name: string): object {
  return { url: `https://example.org/${name}`, mediaType: 'image/png', name, size: 3_000_000_000, width: 4, height: 3, alt: 'To be seen.' };
}

/** Sends a message with two attachments. */
async function show(chat: World, sayer: Person, conversationId: string): Promise<Awaited<ReturnType<World['say']>>> {
  const said = await chat.say(sayer, conversationId, 'look');
  await doing(chat, 'editMessage')(sayer, { messageId: said.id, text: 'look', attachments: [file(`${said.seq}a`), file(`${said.seq}b`)] });
  return said;
}

function reply(conversationId: string, threadRootId: string): object {
  return { ...message(conversationId), threadRootId };
}

const sending: readonly Omit<Act, 'by'>[] = [
  {
    what: 'by who has read all',
    changes: three,
    async prepare(chat, cast, send) {
      const group = await talk(chat, cast, cast.ann, cast.ann);
      return () => send(cast.ann, message(group));
    },
  },
  {
    what: 'by who has something to read, and so their markers stay',
    changes: three,
    async prepare(chat, cast, send) {
      const group = await talk(chat, cast, cast.ann, cast.ben);
      return () => send(cast.ann, message(group));
    },
  },
  {
    what: 'of files, with a text and without',
    changes: three,
    async prepare(chat, cast, send) {
      const group = await talk(chat, cast, cast.ann);
      return async () => {
        await send(cast.ann, { ...message(group), attachments: [file('a'), file('b')] });
        await send(cast.ann, { ...message(group), text: '', attachments: [file('c')] });
      };
    },
  },
  {
    what: 'of data, with a text and without',
    changes: three,
    async prepare(chat, cast, send) {
      const group = await talk(chat, cast, cast.ann);
      return async () => {
        await send(cast.ann, { ...message(group), data: { of: 'a', list: [1, null] } });
        await send(cast.ann, { ...message(group), text: '', data: { of: 'b' } });
      };
    },
  },
  {
    what: 'twice by who has read what others said, in answer to the last',
    changes: three,
    async prepare(chat, cast, send) {
      const group = await talk(chat, cast, cast.ann);
      const { id, seq } = await chat.say(cast.ben, group, 'said to be answered');
      await doing(chat, 'markRead')(cast.ann, { conversationId: group, seq });
      return async () => {
        await send(cast.ann, message(group, id));
        await send(cast.ann, message(group));
      };
    },
  },
  {
    what: 'first in a direct conversation, which appears on the other side',
    changes: two,
    async prepare(chat, cast, send) {
      const direct = await chat.direct(cast.ann, cast.ben);
      return () => send(cast.ann, message(direct));
    },
  },
  {
    what: 'as an answer in a direct conversation that was read',
    changes: two,
    async prepare(chat, cast, send) {
      const direct = await chat.direct(cast.ben, cast.ann);
      const { seq } = await chat.say(cast.ben, direct, 'hello');
      await doing(chat, 'markRead')(cast.ann, { conversationId: direct, seq });
      return () => send(cast.ann, message(direct));
    },
  },
  {
    what: 'in a thread that there was, and in one that it begins: the roots tell how many replies they have',
    changes: three,
    async prepare(chat, cast, send) {
      const group = await talk(chat, cast);
      const root = await chat.say(cast.ann, group, 'said to be discussed');
      const other = await chat.say(cast.ben, group, 'said as well');
      await send(cast.cat, reply(group, root.id));
      return async () => {
        await send(cast.ann, reply(group, root.id));
        await send(cast.ann, reply(group, other.id));
        await send(cast.ann, reply(group, root.id));
      };
    },
  },
  {
    what: 'in a thread whose root was said before somebody came',
    changes: [...three, 'dan'],
    async prepare(chat, cast, send) {
      const group = await talk(chat, cast);
      const root = await chat.say(cast.ann, group, 'said to be discussed');
      await doing(chat, 'addMembers')(cast.ann, { groupId: group, userIds: [cast.dan.id] });
      await send(cast.ben, reply(group, root.id));
      return () => send(cast.ann, reply(group, root.id));
    },
  },
  {
    what: 'to mention members and everyone',
    changes: three,
    async prepare(chat, cast, send) {
      const group = await talk(chat, cast);
      return async () => {
        await send(cast.ann, { ...message(group), mentionIds: [cast.ben.id, cast.ann.id] });
        await send(cast.ann, { ...message(group), mentionsEveryone: true });
      };
    },
  },
];

const forwarding: readonly Act[] = [
  {
    by: 'forwardMessage',
    what: 'from one conversation to another, and on from there',
    changes: three,
    async prepare(chat, cast, forward) {
      const [group, other] = [await talk(chat, cast), await talk(chat, cast)];
      const { id } = await chat.say(cast.ben, group, 'said to be repeated');
      return async () => {
        await forward(cast.ann, { messageId: id, conversationId: other, clientMessageId: randomUUID() });
        await forward(cast.ann, { messageId: id, conversationId: group, clientMessageId: randomUUID() });
      };
    },
  },
  {
    by: 'forwardMessage',
    what: 'as the first of a direct conversation, which appears on the other side',
    changes: two,
    async prepare(chat, cast, forward) {
      const { id } = await chat.say(cast.cat, await talk(chat, cast), 'said to be repeated');
      const direct = await chat.direct(cast.ann, cast.ben);
      return () => forward(cast.ann, { messageId: id, conversationId: direct, clientMessageId: randomUUID() });
    },
  },
];

const marking: readonly Act[] = [
  {
    by: 'markRead',
    what: 'up to a part of what was said',
    changes: three,
    toldLater: [...own, 'dan'],
    async prepare(chat, cast, read) {
      const group = await talk(chat, cast, cast.ben, cast.cat, cast.ben);
      return () => read(cast.ann, { conversationId: group, seq: 5 });
    },
  },
  {
    by: 'markRead',
    what: 'to the end, in several steps',
    changes: three,
    toldLater: [...own, 'dan'],
    async prepare(chat, cast, read) {
      const group = await talk(chat, cast, cast.ben, cast.cat, cast.ben);
      return async () => {
        for (const seq of [4, 5, 6]) await read(cast.ann, { conversationId: group, seq });
      };
    },
  },
  {
    by: 'markDelivered',
    what: 'to the end',
    changes: three,
    toldLater: ['dan'],
    async prepare(chat, cast, deliver) {
      const group = await talk(chat, cast, cast.ben);
      return () => deliver(cast.ann, { conversationId: group, seq: 4 });
    },
  },
];

/** Creates a group with messages of others at 4 to 6. The second one mentions Ann. */
async function waiting(chat: World, cast: Cast): Promise<{ readonly group: string; readonly called: string }> {
  const group = await talk(chat, cast, cast.ben);
  const send = doing(chat, 'sendMessage');
  await send(cast.cat, { ...message(group), mentionIds: [cast.ann.id] });
  await send(cast.ben, message(group));
  return { group, called: await idAt(chat, cast.ann, group, 1) };
}

async function idAt(chat: World, viewer: Person, group: string, place: number): Promise<string> {
  const { conversation } = await chat.ask(HistoryDocument, { id: group }, viewer);
  return given(conversation?.messages.edges[place]?.node, []).id;
}

const forOneself: readonly Act[] = [
  {
    by: 'hideMessage',
    what: 'of one that called the viewer, and of the last',
    changes: own,
    async prepare(chat, cast, hide) {
      const { group, called } = await waiting(chat, cast);
      const last = await chat.say(cast.cat, group, 'the last');
      return async () => {
        for (const messageId of [called, last.id]) await hide(cast.ann, { messageId });
      };
    },
  },
  {
    by: 'hideMessage',
    what: 'of a reply that waits, and of a message that is pinned',
    changes: own,
    async prepare(chat, cast, hide) {
      const group = await talk(chat, cast);
      const root = await chat.say(cast.ann, group, 'said to be answered');
      await doing(chat, 'sendMessage')(cast.ben, reply(group, root.id));
      const answer = await idAt(chat, cast.ann, group, 1);
      const pinned = await chat.say(cast.ann, group, 'said to be pinned');
      await doing(chat, 'pinMessage')(cast.ann, { messageId: pinned.id });
      return async () => {
        for (const messageId of [answer, pinned.id]) await hide(cast.ann, { messageId });
      };
    },
  },
  {
    by: 'hideMessage',
    what: 'of what was said just before, which who was away hears of after it',
    changes: three,
    async prepare(chat, cast, hide) {
      const group = await talk(chat, cast);
      return async () => {
        const said = await chat.say(cast.ben, group, 'not for long');
        await chat.say(cast.cat, group, 'to stay');
        await hide(cast.ann, { messageId: said.id });
        await chat.say(cast.cat, group, 'to stay as well');
      };
    },
  },
  {
    by: 'clearConversation',
    what: 'of what was said just before, which who was away hears of after it',
    changes: three,
    async prepare(chat, cast, clear) {
      const group = await talk(chat, cast);
      const send = doing(chat, 'sendMessage');
      return async () => {
        for (const mentionIds of [[], [cast.ann.id]]) await send(cast.ben, { ...message(group), mentionIds });
        await clear(cast.ann, { conversationId: group });
        await chat.say(cast.cat, group, 'to stay');
      };
    },
  },
  {
    by: 'hideMessage',
    what: 'of one of those that have files',
    changes: own,
    async prepare(chat, cast, hide) {
      const group = await talk(chat, cast);
      const [, { id: messageId }] = [
        await show(chat, cast.ben, group),
        await show(chat, cast.cat, group),
        await show(chat, cast.ben, group),
      ];
      return () => hide(cast.ann, { messageId });
    },
  },
  {
    by: 'clearConversation',
    what: 'up to one of those that have files',
    changes: own,
    async prepare(chat, cast, clear) {
      const group = await talk(chat, cast);
      const [, { seq }] = [await show(chat, cast.ben, group), await show(chat, cast.cat, group), await show(chat, cast.ben, group)];
      return () => clear(cast.ann, { conversationId: group, seq });
    },
  },
  {
    by: 'clearConversation',
    what: 'up to a part of what was said, and then all of it',
    changes: own,
    async prepare(chat, cast, clear) {
      const { group } = await waiting(chat, cast);
      return async () => {
        await clear(cast.ann, { conversationId: group, seq: 5 });
        await clear(cast.ann, { conversationId: group });
      };
    },
  },
  {
    by: 'clearConversation',
    what: 'up to where the viewer had marked it as unread, and past it',
    changes: own,
    async prepare(chat, cast, clear) {
      const { group } = await waiting(chat, cast);
      await doing(chat, 'markRead')(cast.ann, { conversationId: group, seq: 6 });
      await doing(chat, 'markUnread')(cast.ann, { conversationId: group, fromSeq: 5 });
      return async () => {
        for (const seq of [4, 5, 6]) await clear(cast.ann, { conversationId: group, seq });
      };
    },
  },
  {
    by: 'markUnread',
    what: 'of what was read, and from elsewhere then',
    changes: own,
    async prepare(chat, cast, mark) {
      const { group } = await waiting(chat, cast);
      await doing(chat, 'markRead')(cast.ann, { conversationId: group, seq: 6 });
      return async () => {
        for (const fromSeq of [6, 4]) await mark(cast.ann, { conversationId: group, fromSeq });
      };
    },
  },
  {
    by: 'markRead',
    what: 'up to where the viewer had marked it as unread, behind their marker',
    changes: own,
    async prepare(chat, cast, read) {
      const { group } = await waiting(chat, cast);
      await read(cast.ann, { conversationId: group, seq: 6 });
      await doing(chat, 'markUnread')(cast.ann, { conversationId: group, fromSeq: 4 });
      return () => read(cast.ann, { conversationId: group, seq: 5 });
    },
  },
  {
    by: 'markThreadRead',
    what: 'up to a part of the replies',
    changes: own,
    async prepare(chat, cast, read) {
      const group = await talk(chat, cast);
      const root = await chat.say(cast.ann, group, 'said to be answered');
      for (const sayer of [cast.ben, cast.cat, cast.ben]) await doing(chat, 'sendMessage')(sayer, reply(group, root.id));
      return () => read(cast.ann, { messageId: root.id, seq: root.seq + 2 });
    },
  },
  {
    by: 'markThreadRead',
    what: 'of what was replied just before, which who was away hears of after it',
    changes: three,
    async prepare(chat, cast, read) {
      const group = await talk(chat, cast);
      const root = await chat.say(cast.ann, group, 'said to be answered');
      const answer = doing(chat, 'sendMessage');
      return async () => {
        for (const sayer of [cast.ben, cast.cat]) await answer(sayer, reply(group, root.id));
        await read(cast.ann, { messageId: root.id, seq: root.seq + 2 });
        await answer(cast.ben, reply(group, root.id));
      };
    },
  },
];

const grouping: readonly Act[] = [
  {
    by: 'createGroup',
    what: 'with others in it',
    changes: three,
    async prepare(_chat, { ann, ben, cat }, create) {
      return () => create(ann, { name: 'New', description: 'of three', data: { order: 7 }, memberIds: [ben.id, cat.id] });
    },
  },
  {
    by: 'addMembers',
    what: 'of somebody new, who sees nothing of what was before',
    changes: [...three, 'dan'],
    async prepare(chat, cast, add) {
      const group = await talk(chat, cast, cast.ann, cast.ben);
      return () => add(cast.ann, { groupId: group, userIds: [cast.dan.id] });
    },
  },
  {
    by: 'addMembers',
    what: 'of somebody who was in it before',
    changes: three,
    async prepare(chat, cast, add) {
      const group = await talk(chat, cast, cast.ann);
      await doing(chat, 'removeMember')(cast.ann, { groupId: group, userId: cast.ben.id });
      await chat.say(cast.cat, group, 'while they were out');
      return () => add(cast.ann, { groupId: group, userIds: [cast.ben.id] });
    },
  },
  {
    by: 'removeMember',
    what: 'who has something to read there',
    changes: three,
    async prepare(chat, cast, remove) {
      const group = await talk(chat, cast, cast.ann);
      return () => remove(cast.ann, { groupId: group, userId: cast.ben.id });
    },
  },
  {
    by: 'leaveGroup',
    what: 'by one of several',
    changes: three,
    async prepare(chat, cast, leave) {
      const group = await chat.group(cast.ben, cast.ann, cast.cat);
      await chat.say(cast.cat, group, 'unread');
      return () => leave(cast.ann, { groupId: group });
    },
  },
  {
    by: 'leaveGroup',
    what: 'by the last one, which dissolves it',
    changes: own,
    async prepare(chat, { ann }, leave) {
      const group = await chat.group(ann);
      return () => leave(ann, { groupId: group });
    },
  },
  {
    by: 'openDirectConversation',
    what: 'with somebody who does not see it yet',
    changes: own,
    async prepare(_chat, { ann, ben }, open) {
      return () => open(ann, { userId: ben.id });
    },
  },
  {
    by: 'openDirectConversation',
    what: 'with somebody who had opened it and said nothing, and does not see that',
    changes: own,
    async prepare(chat, { ann, ben }, open) {
      await chat.direct(ben, ann);
      return () => open(ann, { userId: ben.id });
    },
  },
];

const changing: readonly Act[] = [
  {
    by: 'editMessage',
    what: 'of what others have answered, several times',
    changes: three,
    async prepare(chat, cast, edit) {
      const group = await talk(chat, cast, cast.ben);
      const { id: messageId } = await chat.say(cast.ann, group, 'helo');
      await doing(chat, 'sendMessage')(cast.cat, message(group, messageId));
      return async () => {
        for (const text of ['hello', 'hello all', 'hello']) await edit(cast.ann, { messageId, text });
      };
    },
  },
  {
    by: 'editMessage',
    what: 'of what is attached: to another file and no text, then to the text alone',
    changes: three,
    async prepare(chat, cast, edit) {
      const group = await talk(chat, cast);
      const { id: messageId } = await chat.say(cast.ann, group, 'hello');
      await edit(cast.ann, { messageId, text: 'hello', attachments: [file('a')] });
      return async () => {
        await edit(cast.ann, { messageId, text: '', attachments: [file('b')] });
        await edit(cast.ann, { messageId, text: 'not this one', attachments: null });
      };
    },
  },
  {
    by: 'editMessage',
    what: 'of what is attached, to what stands before other files, and to what some have deleted or cleared',
    changes: three,
    async prepare(chat, cast, edit) {
      const group = await talk(chat, cast);
      const { id: messageId, seq } = await chat.say(cast.ann, group, 'hello');
      await doing(chat, 'sendMessage')(cast.cat, { ...message(group), attachments: [file('later'), file('later still')] });
      const deleted = await chat.say(cast.ann, group, 'deleted by Ben');
      await doing(chat, 'hideMessage')(cast.ben, { messageId: deleted.id });
      await doing(chat, 'clearConversation')(cast.cat, { conversationId: group, seq });
      return async () => {
        for (const names of [['a', 'b'], ['b']]) await edit(cast.ann, { messageId, text: 'look', attachments: names.map(file) });
        await edit(cast.ann, { messageId: deleted.id, text: 'look', attachments: [file('c')] });
      };
    },
  },
  {
    by: 'editMessage',
    what: 'of data: to other data and no text, then to the text alone',
    changes: three,
    async prepare(chat, cast, edit) {
      const group = await talk(chat, cast);
      const { id: messageId } = await chat.say(cast.ann, group, 'hello');
      await edit(cast.ann, { messageId, text: 'hello', data: { of: 'a' } });
      return async () => {
        await edit(cast.ann, { messageId, text: '', data: { of: 'b' } });
        await edit(cast.ann, { messageId, text: 'not this one', data: null });
      };
    },
  },
  {
    by: 'editMessage',
    what: 'to mention others than before',
    changes: three,
    async prepare(chat, cast, edit) {
      const group = await talk(chat, cast);
      const { id: messageId } = await chat.say(cast.ann, group, 'hello');
      await edit(cast.ann, { messageId, text: 'hello Ben', mentionIds: [cast.ben.id], mentionsEveryone: true });
      return () => edit(cast.ann, { messageId, text: 'hello Cat', mentionIds: [cast.cat.id], mentionsEveryone: false });
    },
  },
  {
    by: 'editMessage',
    what: 'of what was said before somebody came, who is shown that something happened and not what',
    changes: [...three, 'dan'],
    async prepare(chat, cast, edit) {
      const group = await talk(chat, cast);
      const { id: messageId } = await chat.say(cast.ann, group, 'helo');
      await doing(chat, 'addMembers')(cast.ann, { groupId: group, userIds: [cast.dan.id] });
      return () => edit(cast.ann, { messageId, text: 'hello' });
    },
  },
  {
    by: 'editMessage',
    what: 'between two, in the same breath',
    changes: two,
    async prepare(chat, cast, edit) {
      const direct = await chat.direct(cast.ann, cast.ben);
      return async () => {
        const { id: messageId } = await chat.say(cast.ann, direct, 'helo');
        await edit(cast.ann, { messageId, text: 'hello' });
      };
    },
  },
  {
    by: 'editMessage',
    what: 'to what it says already, which changes nothing',
    changes: [],
    async prepare(chat, cast, edit) {
      const { id: messageId } = await chat.say(cast.ann, await talk(chat, cast), 'hello');
      return () => edit(cast.ann, { messageId, text: 'hello' });
    },
  },
];

const recalling: readonly Act[] = [
  {
    by: 'recallMessage',
    what: 'of what was changed, answered, reacted to and pinned',
    changes: three,
    async prepare(chat, cast, recall) {
      const group = await talk(chat, cast);
      const { id: messageId } = await chat.say(cast.ann, group, 'opps');
      await doing(chat, 'editMessage')(cast.ann, {
        ...{ messageId, text: 'oops', mentionIds: [cast.ben.id], mentionsEveryone: true, attachments: [file('a')], data: { of: 'a' } },
      });
      await doing(chat, 'sendMessage')(cast.cat, { ...message(group, messageId), threadRootId: messageId });
      for (const who of [cast.ann, cast.ben]) await doing(chat, 'addReaction')(who, { messageId, emoji: '👍' });
      await doing(chat, 'pinMessage')(cast.ann, { messageId });
      return () => recall(cast.ann, { messageId });
    },
  },
  {
    by: 'recallMessage',
    what: 'of what somebody else has said, by who runs the group, before anybody has read it',
    changes: three,
    async prepare(chat, cast, recall) {
      const { id: messageId } = await chat.say(cast.ben, await talk(chat, cast, cast.cat), 'oops');
      return () => recall(cast.ann, { messageId });
    },
  },
  {
    by: 'recallMessage',
    what: 'of what was said before somebody came, who is shown that something happened and not what',
    changes: [...three, 'dan'],
    async prepare(chat, cast, recall) {
      const group = await talk(chat, cast);
      const { id: messageId } = await chat.say(cast.ann, group, 'oops');
      await doing(chat, 'addMembers')(cast.ann, { groupId: group, userIds: [cast.dan.id] });
      return () => recall(cast.ann, { messageId });
    },
  },
  {
    by: 'recallMessage',
    what: 'between two, twice, of which the second changes nothing',
    changes: two,
    async prepare(chat, cast, recall) {
      const { id: messageId } = await chat.say(cast.ann, await chat.direct(cast.ann, cast.ben), 'oops');
      return async () => {
        for (let times = 0; times < 2; times += 1) await recall(cast.ann, { messageId });
      };
    },
  },
];

const reporting: readonly Act[] = [
  {
    by: 'reportMessage',
    what: 'twice: nobody is shown anything of it',
    changes: [],
    async prepare(chat, cast, report) {
      const { id: messageId } = await chat.say(cast.ben, await talk(chat, cast), 'something bad');
      return async () => {
        for (const reason of ['SPAM', 'HATE']) await report(cast.ann, { messageId, reason, note: 'look' });
      };
    },
  },
  {
    by: 'reportUser',
    what: 'who is told nothing',
    changes: [],
    prepare:
      async (_chat, { ann, ben }, report) =>
      () =>
        report(ann, { userId: ben.id, reason: 'HARASSMENT' }),
  },
];

/** Creates a group of Ann, Ben and Cat with two messages of Ann. Ben and Cat react to the first one. */
async function thoughtOf(chat: World, cast: Cast) {
  const group = await talk(chat, cast);
  const liked = await chat.say(cast.ann, group, 'said to be liked');
  const plain = await chat.say(cast.ann, group, 'said');
  for (const [who, emoji] of [
    [cast.ben, '👍'],
    [cast.cat, '👍'],
    [cast.cat, '🎉'],
  ] as const) {
    await doing(chat, 'addReaction')(who, { messageId: liked.id, emoji });
  }
  return { group, liked, plain };
}

const reacting: readonly Act[] = [
  {
    by: 'addReaction',
    what: 'to what others have reacted to, and to what nobody has',
    changes: three,
    async prepare(chat, cast, react) {
      const { liked, plain } = await thoughtOf(chat, cast);
      return async () => {
        for (const emoji of ['🎉', '😀', '👍']) await react(cast.ann, { messageId: liked.id, emoji });
        await react(cast.ann, { messageId: plain.id, emoji: '❤\ufe0f' });
      };
    },
  },
  {
    by: 'addReaction',
    what: 'to what is said in the same breath, and taken back and put there again',
    changes: three,
    async prepare(chat, cast, react) {
      const group = await talk(chat, cast);
      return async () => {
        const { id: messageId } = await chat.say(cast.ben, group, 'just said');
        await react(cast.ann, { messageId, emoji: '👍' });
        await react(cast.ann, { messageId, emoji: '🎉' });
        await doing(chat, 'removeReaction')(cast.ann, { messageId, emoji: '👍' });
        await react(cast.ann, { messageId, emoji: '👍' });
      };
    },
  },
  {
    by: 'addReaction',
    what: 'to what was said before somebody came, who is shown that something happened and not what',
    changes: [...three, 'dan'],
    async prepare(chat, cast, react) {
      const { group, liked } = await thoughtOf(chat, cast);
      await doing(chat, 'addMembers')(cast.ann, { groupId: group, userIds: [cast.dan.id] });
      return () => react(cast.ann, { messageId: liked.id, emoji: '👍' });
    },
  },
  {
    by: 'addReaction',
    what: 'of two who talk',
    changes: two,
    async prepare(chat, cast, react) {
      const { id: messageId } = await chat.say(cast.ben, await chat.direct(cast.ben, cast.ann), 'hello');
      return () => react(cast.ann, { messageId, emoji: '👍' });
    },
  },
  {
    by: 'addReaction',
    what: 'a second time, which changes nothing',
    changes: [],
    async prepare(chat, cast, react) {
      const { liked } = await thoughtOf(chat, cast);
      return () => react(cast.ben, { messageId: liked.id, emoji: '👍' });
    },
  },
  {
    by: 'removeReaction',
    what: 'that others have put there too, and the last of its kind',
    changes: three,
    async prepare(chat, cast, unreact) {
      const { liked } = await thoughtOf(chat, cast);
      return async () => {
        await unreact(cast.cat, { messageId: liked.id, emoji: '👍' });
        await unreact(cast.cat, { messageId: liked.id, emoji: '🎉' });
      };
    },
  },
];

const pinning: readonly Act[] = [
  {
    by: 'pinMessage',
    what: 'of what some have deleted for themselves, alone or with all that was said, which does not come back to them',
    changes: three,
    async prepare(chat, cast, pin) {
      const { group, plain } = await thoughtOf(chat, cast);
      await doing(chat, 'hideMessage')(cast.ben, { messageId: plain.id });
      await doing(chat, 'clearConversation')(cast.cat, { conversationId: group });
      return () => pin(cast.ann, { messageId: plain.id });
    },
  },
  {
    by: 'pinMessage',
    what: 'of several messages, of which the oldest comes last',
    changes: three,
    async prepare(chat, cast, pin) {
      const { liked, plain } = await thoughtOf(chat, cast);
      return async () => {
        await pin(cast.ann, { messageId: plain.id });
        await pin(cast.ann, { messageId: liked.id });
      };
    },
  },
  {
    by: 'pinMessage',
    what: 'of what was said before somebody came, who is shown that something happened and not what',
    changes: [...three, 'dan'],
    async prepare(chat, cast, pin) {
      const { group, liked } = await thoughtOf(chat, cast);
      await doing(chat, 'addMembers')(cast.ann, { groupId: group, userIds: [cast.dan.id] });
      return () => pin(cast.ann, { messageId: liked.id });
    },
  },
  {
    by: 'unpinMessage',
    what: 'of one of several',
    changes: two,
    async prepare(chat, { ann, ben }, unpin) {
      const direct = await chat.direct(ann, ben);
      const [first, second] = await chat.sayAll(ann, direct, ['first', 'second']);
      for (const message of [first, second]) await doing(chat, 'pinMessage')(ben, { messageId: message?.id });
      return () => unpin(ann, { messageId: first?.id });
    },
  },
];

const settling: readonly Act[] = [
  {
    by: 'updateGroup',
    what: 'in all that can be changed',
    changes: three,
    async prepare(chat, cast, update) {
      const groupId = await talk(chat, cast, cast.ann);
      const texts = { name: 'Renamed', description: 'of three', announcement: 'at six', avatarUrl: 'https://example.org/us.png' };
      return () =>
        update(cast.ann, {
          groupId,
          ...texts,
          data: { order: 7 },
          invitePolicy: 'EVERYONE',
          pinPolicy: 'OWNER',
          mentionPolicy: 'EVERYONE',
          joinPolicy: 'APPROVAL',
          listed: true,
          historyForNewcomers: 'ALL',
        });
    },
  },
  {
    by: 'updateGroup',
    what: 'to be found by everybody, and then to be a secret, which ends that',
    changes: three,
    async prepare(chat, cast, update) {
      const groupId = await talk(chat, cast, cast.ann);
      return async () => {
        await update(cast.ann, { groupId, joinPolicy: 'OPEN', listed: true });
        await update(cast.ann, { groupId, joinPolicy: 'INVITE_ONLY' });
      };
    },
  },
  {
    by: 'updateGroup',
    what: 'twice, of which the second clears',
    changes: three,
    async prepare(chat, cast, update) {
      const groupId = await talk(chat, cast, cast.ann);
      return async () => {
        await update(cast.ann, { groupId, name: 'Renamed', description: 'for a moment' });
        await update(cast.ann, { groupId, description: null });
      };
    },
  },
  {
    by: 'updateGroup',
    what: 'in nothing that is not so already',
    changes: [],
    async prepare(chat, cast, update) {
      const groupId = await talk(chat, cast, cast.ann);
      return () => update(cast.ann, { groupId, name: 'The group', description: null, pinPolicy: 'ADMINS' });
    },
  },
];

const ruling: readonly Act[] = [
  {
    by: 'updateGroup',
    what: 'in who may write, how often, that nobody does for a while, and for how long it is kept',
    changes: three,
    async prepare(chat, cast, update) {
      const groupId = await talk(chat, cast, cast.ann);
      return () =>
        update(cast.ann, { groupId, postPolicy: 'ADMINS', slowModeSeconds: 30, mutedUntil: '2999-01-01T00:00:00.000Z', historyDays: 30 });
    },
  },
  {
    by: 'setRole',
    what: 'of two, one of whom was an admin before',
    changes: three,
    async prepare(chat, cast, give) {
      const groupId = await talk(chat, cast, cast.ann);
      await give(cast.ann, { groupId, userId: cast.cat.id, role: 'ADMIN' });
      await doing(chat, 'removeMember')(cast.ann, { groupId, userId: cast.dan.id, ban: true });
      return async () => {
        await give(cast.ann, { groupId, userId: cast.ben.id, role: 'ADMIN' });
        await give(cast.ann, { groupId, userId: cast.cat.id, role: 'MEMBER' });
      };
    },
  },
  {
    by: 'setRole',
    what: 'of an admin who will not be one any more',
    changes: three,
    async prepare(chat, { ann, ben, cat }, give) {
      const groupId = await chat.group(ben, ann, cat);
      await give(ben, { groupId, userId: ann.id, role: 'ADMIN' });
      return () => give(ann, { groupId, userId: ann.id, role: 'MEMBER' });
    },
  },
  {
    by: 'transferOwnership',
    what: 'to who was muted',
    changes: three,
    async prepare(chat, cast, transfer) {
      const groupId = await talk(chat, cast, cast.ann);
      await doing(chat, 'muteMember')(cast.ann, { groupId, userId: cast.ben.id, until: '2999-01-01T00:00:00.000Z' });
      return () => transfer(cast.ann, { groupId, userId: cast.ben.id });
    },
  },
  {
    by: 'muteMember',
    what: 'until some day',
    changes: three,
    async prepare(chat, cast, mute) {
      const groupId = await talk(chat, cast, cast.ann);
      return () => mute(cast.ann, { groupId, userId: cast.ben.id, until: '2999-01-01T00:00:00.000Z' });
    },
  },
  {
    by: 'unmuteMember',
    what: 'before that day',
    changes: three,
    async prepare(chat, cast, unmute) {
      const groupId = await talk(chat, cast, cast.ann);
      await doing(chat, 'muteMember')(cast.ann, { groupId, userId: cast.ben.id, until: '2999-01-01T00:00:00.000Z' });
      return () => unmute(cast.ann, { groupId, userId: cast.ben.id });
    },
  },
  {
    by: 'removeMember',
    what: 'for good, and of somebody who is not in it, of whom those hear who run it',
    changes: three,
    async prepare(chat, cast, remove) {
      const groupId = await talk(chat, cast, cast.ann, cast.ben);
      await doing(chat, 'setRole')(cast.ann, { groupId, userId: cast.cat.id, role: 'ADMIN' });
      return async () => {
        await remove(cast.ann, { groupId, userId: cast.ben.id, ban: true });
        await remove(cast.ann, { groupId, userId: cast.dan.id, ban: true });
      };
    },
  },
  {
    by: 'unbanUser',
    what: 'of one of two',
    changes: three.filter((watcher) => watcher !== 'ben'),
    async prepare(chat, cast, unban) {
      const groupId = await talk(chat, cast, cast.ann);
      for (const { id } of [cast.ben, cast.dan]) await doing(chat, 'removeMember')(cast.ann, { groupId, userId: id, ban: true });
      return () => unban(cast.ann, { groupId, userId: cast.ben.id });
    },
  },
  {
    by: 'updateMembership',
    what: 'with a nickname, which all see, and a level, which is one’s own',
    changes: three,
    async prepare(chat, cast, update) {
      const conversationId = await talk(chat, cast, cast.ben);
      return () => update(cast.ann, { conversationId, nickname: 'Annie', notificationLevel: 'MENTIONS' });
    },
  },
  {
    by: 'updateMembership',
    what: 'in how a direct conversation notifies',
    changes: own,
    async prepare(chat, cast, update) {
      const conversationId = await chat.direct(cast.ann, cast.ben);
      await chat.say(cast.ann, conversationId, 'hello');
      return () => update(cast.ann, { conversationId, notificationLevel: 'NONE' });
    },
  },
  {
    by: 'updateMembership',
    what: 'as pinned, put away, and taken back',
    changes: own,
    async prepare(chat, cast, update) {
      const [one, other] = [await talk(chat, cast, cast.ben), await talk(chat, cast, cast.ben)];
      return async () => {
        await update(cast.ann, { conversationId: one, pinned: true });
        await update(cast.ann, { conversationId: other, pinned: true, archived: true });
        await update(cast.ann, { conversationId: other, pinned: false });
      };
    },
  },
  {
    by: 'updateMembership',
    what: 'in until when it is silent',
    changes: own,
    async prepare(chat, cast, update) {
      const conversationId = await talk(chat, cast, cast.ben);
      return () => update(cast.ann, { conversationId, silentUntil: '2999-01-01T00:00:00.000Z' });
    },
  },
  {
    by: 'dissolveGroup',
    what: 'with others in it, who have something to read',
    changes: three,
    async prepare(chat, cast, dissolve) {
      const groupId = await talk(chat, cast, cast.ann, cast.ben);
      return async () => {
        await dissolve(cast.ann, { groupId });
        for (const member of [cast.ben, cast.cat]) await toldClosed(chat, member, groupId);
      };
    },
  },
];

/** Creates a group of Ben and Cat, which Ann may join by this policy. */
async function beyond(chat: World, { ben, cat }: Cast, joinPolicy: string): Promise<string> {
  const group = await chat.group(ben, cat);
  await chat.say(cat, group, 'said before');
  await doing(chat, 'updateGroup')(ben, { groupId: group, joinPolicy });
  return group;
}

/** Creates a group of Ann and Cat with a join request of Ben. */
async function wished(chat: World, { ann, ben, cat }: Cast): Promise<{ readonly group: string; readonly requestId: string }> {
  const group = await chat.group(ann, cat);
  await doing(chat, 'updateGroup')(ann, { groupId: group, joinPolicy: 'APPROVAL' });
  const { joinGroup } = await chat.ask(JoinGroupDocument, { input: { groupId: group, note: 'please' } }, ben);
  return { group, requestId: given(joinGroup.joinRequest, joinGroup.errors).id };
}

async function invited(
  chat: World,
  by: Person,
  groupId: string,
  maxUses?: number,
): Promise<{ readonly id: string; readonly code: string }> {
  const { createInvite } = await chat.ask(CreateInviteDocument, { input: { groupId, maxUses } }, by);
  return given(createInvite.invite, createInvite.errors);
}

const coming: readonly Act[] = [
  {
    by: 'joinGroup',
    what: 'of a group that is open',
    changes: three,
    async prepare(chat, cast, join) {
      const groupId = await beyond(chat, cast, 'OPEN');
      return () => join(cast.ann, { groupId });
    },
  },
  {
    by: 'joinGroup',
    what: 'which asks those who run the group; twice is once',
    changes: two,
    async prepare(chat, cast, join) {
      const groupId = await beyond(chat, cast, 'APPROVAL');
      return async () => {
        for (const note of ['please', 'now']) await join(cast.ann, { groupId, note });
      };
    },
  },
  {
    by: 'joinGroup',
    what: 'by an invitation that lets in a few, after having asked',
    changes: three,
    async prepare(chat, cast, join) {
      const groupId = await beyond(chat, cast, 'APPROVAL');
      const { code } = await invited(chat, cast.ben, groupId, 2);
      await invited(chat, cast.ben, groupId);
      await join(cast.ann, { groupId });
      return () => join(cast.ann, { code });
    },
  },
  {
    by: 'joinGroup',
    what: 'by the last use of an invitation, after having been declined in silence',
    changes: three,
    async prepare(chat, cast, join) {
      const groupId = await beyond(chat, cast, 'APPROVAL');
      const { code } = await invited(chat, cast.ben, groupId, 1);
      const { joinGroup } = await chat.ask(JoinGroupDocument, { input: { groupId } }, cast.ann);
      const { id: requestId } = given(joinGroup.joinRequest, joinGroup.errors);
      await doing(chat, 'answerJoinRequest')(cast.ben, { requestId, accept: false });
      return () => join(cast.ann, { code });
    },
  },
  {
    by: 'answerJoinRequest',
    what: 'with yes',
    changes: three,
    async prepare(chat, cast, answer) {
      const { requestId } = await wished(chat, cast);
      return () => answer(cast.ann, { requestId, accept: true });
    },
  },
  {
    by: 'answerJoinRequest',
    what: 'with no, of which who asked sees nothing',
    changes: own,
    async prepare(chat, cast, answer) {
      const { requestId } = await wished(chat, cast);
      return () => answer(cast.ann, { requestId, accept: false });
    },
  },
  {
    by: 'unbanUser',
    what: 'of somebody whose join request the ban had declined',
    changes: three,
    async prepare(chat, cast, unban) {
      const { group } = await wished(chat, cast);
      await doing(chat, 'removeMember')(cast.ann, { groupId: group, userId: cast.ben.id, ban: true });
      return () => unban(cast.ann, { groupId: group, userId: cast.ben.id });
    },
  },
  {
    by: 'cancelJoinRequest',
    what: 'while it waits',
    changes: two,
    async prepare(chat, cast, cancel) {
      const groupId = await beyond(chat, cast, 'APPROVAL');
      const { joinGroup } = await chat.ask(JoinGroupDocument, { input: { groupId } }, cast.ann);
      return () => cancel(cast.ann, { requestId: joinGroup.joinRequest?.id });
    },
  },
  {
    by: 'addMembers',
    what: 'of somebody who wished to join',
    changes: three,
    async prepare(chat, cast, add) {
      const { group } = await wished(chat, cast);
      return () => add(cast.ann, { groupId: group, userIds: [cast.ben.id] });
    },
  },
  {
    by: 'createInvite',
    what: 'of several, with and without an end',
    changes: own,
    async prepare(chat, cast, invite) {
      const groupId = await talk(chat, cast);
      return async () => {
        await invite(cast.ann, { groupId });
        await invite(cast.ann, { groupId, maxUses: 3, expiresAt: '2999-01-01T00:00:00.000Z' });
      };
    },
  },
  {
    by: 'revokeInvite',
    what: 'of one of several',
    changes: own,
    async prepare(chat, cast, revoke) {
      const groupId = await talk(chat, cast);
      const { id: inviteId } = await invited(chat, cast.ann, groupId);
      await invited(chat, cast.ann, groupId);
      return () => revoke(cast.ann, { inviteId });
    },
  },
  {
    by: 'addMembers',
    what: 'of somebody new, who sees all of what was before, and what becomes of it',
    changes: [...three, 'dan'],
    async prepare(chat, cast, add) {
      const groupId = await talk(chat, cast, cast.ben);
      const { id: messageId } = await chat.say(cast.ann, groupId, 'helo');
      await doing(chat, 'updateGroup')(cast.ann, { groupId, historyForNewcomers: 'ALL' });
      return async () => {
        await add(cast.ann, { groupId, userIds: [cast.dan.id] });
        await doing(chat, 'editMessage')(cast.ann, { messageId, text: 'hello' });
        await doing(chat, 'addReaction')(cast.dan, { messageId, emoji: '👍' });
        await doing(chat, 'pinMessage')(cast.ann, { messageId });
      };
    },
  },
  {
    by: 'addMembers',
    what: 'of somebody who was in it before, and sees what was said meanwhile',
    changes: three,
    async prepare(chat, cast, add) {
      const groupId = await talk(chat, cast, cast.ann);
      await doing(chat, 'updateGroup')(cast.ann, { groupId, historyForNewcomers: 'ALL' });
      await doing(chat, 'removeMember')(cast.ann, { groupId, userId: cast.ben.id });
      await chat.say(cast.cat, groupId, 'while they were out');
      return () => add(cast.ann, { groupId, userIds: [cast.ben.id] });
    },
  },
];

const knowing: readonly Act[] = [
  {
    by: 'requestContact',
    what: 'of somebody who has not asked',
    changes: two,
    async prepare(_chat, { ann, ben }, request) {
      return () => request(ann, { userId: ben.id, note: 'please' });
    },
  },
  {
    by: 'requestContact',
    what: 'of somebody who has asked too',
    changes: two,
    async prepare(chat, { ann, ben }, request) {
      await requested(chat, ben, ann);
      return () => request(ann, { userId: ben.id });
    },
  },
  {
    by: 'answerContactRequest',
    what: 'with yes',
    changes: two,
    async prepare(chat, { ann, ben, cat }, answer) {
      await requested(chat, cat, ann);
      const requestId = await requested(chat, ben, ann);
      return () => answer(ann, { requestId, accept: true });
    },
  },
  {
    by: 'answerContactRequest',
    what: 'with no, of which the other side sees nothing',
    changes: own,
    async prepare(chat, { ann, ben }, answer) {
      const requestId = await requested(chat, ben, ann);
      return () => answer(ann, { requestId, accept: false });
    },
  },
  {
    by: 'cancelContactRequest',
    what: 'while it waits',
    changes: two,
    async prepare(chat, { ann, ben }, cancel) {
      const requestId = await requested(chat, ann, ben);
      return () => cancel(ann, { requestId });
    },
  },
  {
    by: 'cancelContactRequest',
    what: 'after it was declined in silence',
    changes: own,
    async prepare(chat, { ann, ben }, cancel) {
      const requestId = await requested(chat, ann, ben);
      await doing(chat, 'answerContactRequest')(ben, { requestId, accept: false });
      return () => cancel(ann, { requestId });
    },
  },
  {
    by: 'updateContact',
    what: 'with an alias, which only its giver sees',
    changes: own,
    async prepare(chat, { ann, ben }, update) {
      const contactId = await befriended(chat, ann, ben);
      return () => update(ann, { contactId, alias: 'Benny' });
    },
  },
  {
    by: 'removeContact',
    what: 'for both sides',
    changes: two,
    async prepare(chat, { ann, ben, cat }, remove) {
      await befriended(chat, ann, cat);
      await befriended(chat, ann, ben);
      return () => remove(ann, { userId: ben.id });
    },
  },
];

const blocking: readonly Act[] = [
  {
    by: 'blockUser',
    what: 'of a contact, who sees the contact end and nothing else',
    changes: two,
    async prepare(chat, { ann, ben, cat }, block) {
      await doing(chat, 'blockUser')(ann, { userId: cat.id });
      await befriended(chat, ann, ben);
      return () => block(ann, { userId: ben.id });
    },
  },
  {
    by: 'blockUser',
    what: 'of somebody who has asked, of which they see nothing',
    changes: own,
    async prepare(chat, { ann, ben }, block) {
      await requested(chat, ben, ann);
      return () => block(ann, { userId: ben.id });
    },
  },
  {
    by: 'blockUser',
    what: 'of somebody who was asked, and who talks with them',
    changes: two,
    async prepare(chat, { ann, ben }, block) {
      const direct = await chat.direct(ann, ben);
      await chat.say(ann, direct, 'hello');
      await chat.say(ben, direct, 'hello');
      await requested(chat, ann, ben);
      return () => block(ann, { userId: ben.id });
    },
  },
  {
    by: 'unblockUser',
    what: 'after which each sees how far the other has read meanwhile',
    changes: two,
    toldLater: ['dan'],
    async prepare(chat, { ann, ben }, unblock) {
      const direct = await chat.direct(ann, ben);
      await chat.say(ann, direct, 'hello');
      const { seq } = await chat.say(ben, direct, 'hello');
      await doing(chat, 'blockUser')(ann, { userId: ben.id });
      await doing(chat, 'markRead')(ann, { conversationId: direct, seq });
      return () => unblock(ann, { userId: ben.id });
    },
  },
  {
    by: 'markRead',
    what: 'where a block stands, of which the other side sees nothing',
    changes: own,
    async prepare(chat, { ann, ben }, mark) {
      const direct = await chat.direct(ann, ben);
      await chat.say(ann, direct, 'hello');
      const { seq } = await chat.say(ben, direct, 'hello');
      await doing(chat, 'blockUser')(ann, { userId: ben.id });
      return () => mark(ann, { conversationId: direct, seq });
    },
  },
  {
    by: 'markRead',
    what: 'where they are blocked, on all their devices as ever',
    changes: own,
    async prepare(chat, { ann, ben }, mark) {
      const direct = await chat.direct(ben, ann);
      const { seq } = await chat.say(ben, direct, 'hello');
      await doing(chat, 'blockUser')(ben, { userId: ann.id });
      return () => mark(ann, { conversationId: direct, seq });
    },
  },
  {
    by: 'unblockUser',
    what: 'where the other has blocked them too, and hears nothing',
    changes: own,
    async prepare(chat, { ann, ben }, unblock) {
      const direct = await chat.direct(ann, ben);
      await chat.say(ann, direct, 'hello');
      const { seq } = await chat.say(ben, direct, 'hello');
      await doing(chat, 'blockUser')(ann, { userId: ben.id });
      await doing(chat, 'blockUser')(ben, { userId: ann.id });
      await doing(chat, 'markRead')(ann, { conversationId: direct, seq });
      return () => unblock(ann, { userId: ben.id });
    },
  },
];

const settings: readonly Act[] = [
  {
    by: 'updateSettings',
    what: 'to show nobody how far they have read, where others do',
    changes: three,
    toldLater: ['dan'],
    async prepare(chat, cast, update) {
      const group = await talk(chat, cast, cast.ann, cast.ben);
      const direct = await chat.direct(cast.ann, cast.ben);
      const { seq } = await chat.say(cast.ann, direct, 'hello');
      for (const person of [cast.ann, cast.ben, cast.cat]) await doing(chat, 'markRead')(person, { conversationId: group, seq: 5 });
      await doing(chat, 'markRead')(cast.ben, { conversationId: direct, seq });
      return () => update(cast.ann, { readReceipts: false });
    },
  },
  {
    by: 'updateSettings',
    what: 'to show it again, after having read in private',
    changes: three,
    toldLater: ['dan'],
    async prepare(chat, cast, update) {
      const group = await talk(chat, cast, cast.ben, cast.cat);
      await update(cast.ann, { readReceipts: false });
      await doing(chat, 'markRead')(cast.ann, { conversationId: group, seq: 5 });
      return () => update(cast.ann, { readReceipts: true });
    },
  },
  {
    by: 'updateSettings',
    what: 'of whom to take messages from',
    changes: own,
    async prepare(_chat, { ann }, update) {
      return () => update(ann, { messagesFrom: 'CONTACTS' });
    },
  },
  {
    by: 'updateSettings',
    what: 'to show nobody when they were last there',
    changes: own,
    async prepare(_chat, { ann }, update) {
      return () => update(ann, { lastSeen: false });
    },
  },
  {
    by: 'setPresence',
    what: 'with a text and a time, then without',
    changes: own,
    async prepare(_chat, { ann }, set) {
      const statusUntil = new Date(Date.now() + 3_600_000).toISOString();
      return async () => {
        await set(ann, { status: 'AWAY', statusText: 'At lunch', statusUntil });
        await set(ann, { status: 'BUSY' });
      };
    },
  },
  {
    by: 'setTyping',
    what: 'on and off, of which nothing stays',
    changes: [],
    async prepare(chat, cast, type) {
      const conversationId = await talk(chat, cast, cast.ben);
      return async () => {
        for (const typing of [true, false, true]) await type(cast.ann, { conversationId, typing });
      };
    },
  },
  {
    by: 'sendSignal',
    what: 'to all and to one, of which nothing stays',
    changes: [],
    async prepare(chat, cast, signal) {
      const conversationId = await talk(chat, cast, cast.ben);
      return async () => {
        await signal(cast.ann, { conversationId, name: 'ring', data: { call: 1 } });
        await signal(cast.ann, { conversationId, name: 'hang-up', recipientIds: [cast.ben.id] });
      };
    },
  },
  {
    by: 'sendMessage',
    what: 'by one who has replied before and three who have not: the faces of the thread are the first, in order',
    changes: [...three, 'dan'],
    async prepare(chat, cast, send) {
      const group = await talk(chat, cast);
      await doing(chat, 'addMembers')(cast.ann, { groupId: group, userIds: [cast.dan.id] });
      const root = await chat.say(cast.ben, group, 'said to be discussed');
      await send(cast.cat, reply(group, root.id));
      return async () => {
        for (const one of [cast.cat, cast.ann, cast.ben, cast.dan]) await send(one, reply(group, root.id));
      };
    },
  },
];

const reading: readonly Act[] = [
  {
    by: 'markRead',
    what: 'and markDelivered by who shows nobody, which they alone are told',
    changes: own,
    toldLater: [...own, 'ben', 'cat', 'dan'],
    async prepare(chat, cast, read) {
      const group = await talk(chat, cast, cast.ben, cast.cat);
      await doing(chat, 'updateSettings')(cast.ann, { readReceipts: false });
      return async () => {
        await doing(chat, 'markDelivered')(cast.ann, { conversationId: group, seq: 5 });
        await read(cast.ann, { conversationId: group, seq: 4 });
      };
    },
  },
  {
    by: 'markRead',
    what: 'up to what they said themselves, and on over it',
    changes: three,
    toldLater: [...own, 'dan'],
    async prepare(chat, cast, read) {
      const group = await talk(chat, cast, cast.ben, cast.ann, cast.ann, cast.cat);
      for (const person of [cast.ben, cast.cat]) await doing(chat, 'markRead')(person, { conversationId: group, seq: 7 });
      return () => read(cast.ann, { conversationId: group, seq: 4 });
    },
  },
  {
    by: 'sendMessage',
    what: 'by who has got all and not read it',
    changes: three,
    async prepare(chat, cast, send) {
      const group = await talk(chat, cast, cast.ben, cast.ann);
      await doing(chat, 'markDelivered')(cast.ann, { conversationId: group, seq: 4 });
      return async () => {
        await send(cast.ann, message(group));
        await send(cast.ann, message(group));
      };
    },
  },
];

const signing: readonly Act[] = [
  {
    by: 'updateProfile',
    what: 'of oneself',
    changes: own,
    async prepare(_chat, { ann }, update) {
      return () => update(ann, { displayName: 'Anna', bio: 'new', avatarUrl: 'https://example.org/ann.png' });
    },
  },
  {
    by: 'signUp',
    what: 'of somebody new, whom nobody knows',
    changes: [],
    async prepare(_chat, _cast, signUp) {
      return () => signUp(undefined, { handle: `new.${randomUUID().slice(0, 8)}`, password });
    },
  },
  {
    by: 'signInWithToken',
    what: 'of somebody new, whom nobody knows',
    changes: [],
    async prepare(_chat, _cast, signIn) {
      const token = await backendTokenOf({ sub: randomUUID() });
      return () => signIn(undefined, { token });
    },
  },
  {
    by: 'signIn',
    what: 'on a further device',
    changes: own,
    async prepare(_chat, { ann }, signIn) {
      return () => signIn(undefined, { handle: ann.handle, password, deviceName: 'a third' });
    },
  },
  {
    by: 'signOut',
    what: 'of a further device',
    changes: own,
    async prepare(chat, { ann }, signOut) {
      const further = await chat.anotherDevice(ann, 'to be signed out');
      const sessions = given((await chat.ask(SessionsDocument, {}, further)).viewer, []).sessions;
      return () => signOut(ann, { sessionId: sessions.find(({ viewerIsCurrent }) => viewerIsCurrent)?.id });
    },
  },
  {
    by: 'refreshToken',
    what: 'of one device',
    changes: [],
    async prepare(_chat, { ann }, refresh) {
      return () => refresh(undefined, { refreshToken: ann.refreshToken });
    },
  },
];

/**
 * Creates Eve, who will be deleted. Ann and Ben are her contacts. She is in a group with them, owns another, asks to join a third, writes
 * to Ann, has sent Cat a contact request and received one from Dan.
 */
export async function parting(chat: World, cast: Cast) {
  const { ann, ben, cat, dan } = cast;
  const [eve] = await chat.people('eve');
  const group = await chat.group(ann, ben, cat, eve);
  const { id: messageId } = await chat.say(eve, group, 'said by who will be gone');
  const send = doing(chat, 'sendMessage');
  await send(ben, { ...message(group, messageId), mentionIds: [eve.id] });
  await doing(chat, 'pinMessage')(ann, { messageId });
  await doing(chat, 'addReaction')(ben, { messageId, emoji: '👍' });
  await doing(chat, 'forwardMessage')(cat, { messageId, conversationId: group, clientMessageId: randomUUID() });
  await chat.group(eve, ann, ben);
  const wished = await chat.group(ann, cat);
  await doing(chat, 'updateGroup')(ann, { groupId: wished, joinPolicy: 'APPROVAL' });
  await doing(chat, 'joinGroup')(eve, { groupId: wished, note: 'please' });
  const direct = await chat.direct(eve, ann);
  await chat.say(eve, direct, 'goodbye');
  for (const friend of [ann, ben]) await befriended(chat, friend, eve);
  await requested(chat, eve, cat);
  await requested(chat, dan, eve);
  await doing(chat, 'blockUser')(cat, { userId: eve.id });
  await doing(chat, 'blockUser')(eve, { userId: dan.id });
  return eve;
}

const ofAccounts: readonly Act[] = [
  {
    by: 'changeHandle',
    what: 'to another, and to what it is already',
    changes: own,
    async prepare(_chat, { ann }, change) {
      const handle = `anna.${randomUUID().slice(0, 8)}`;
      return async () => {
        for (let times = 0; times < 2; times += 1) await change(ann, { handle });
      };
    },
  },
  {
    by: 'renameSession',
    what: 'of another device',
    changes: own,
    async prepare(chat, { ann }, rename) {
      const sessions = given((await chat.ask(SessionsDocument, {}, ann)).viewer, []).sessions;
      const sessionId = sessions.find(({ viewerIsCurrent }) => !viewerIsCurrent)?.id;
      return () => rename(ann, { sessionId, deviceName: 'the desk' });
    },
  },
  {
    by: 'registerWebPush',
    what: 'anew, by another subscription',
    changes: own,
    async prepare(_chat, { ann }, register) {
      const subscription = () => ({
        endpoint: `https://push.example.org/${randomUUID()}`,
        p256dh: createECDH('prime256v1').generateKeys('base64url'),
        auth: 'A'.repeat(22),
      });
      await register(ann, subscription());
      return () => register(ann, subscription());
    },
  },
  {
    by: 'registerPushDevice',
    what: 'of an app',
    changes: own,
    async prepare(_chat, { ann }, register) {
      return () => register(ann, { platform: 'APNS', token: randomUUID() });
    },
  },
  {
    by: 'unregisterPush',
    what: 'of the device itself',
    changes: own,
    async prepare(chat, { ann }, unregister) {
      await doing(chat, 'registerPushDevice')(ann, { platform: 'FCM', token: randomUUID() });
      return () => unregister(ann, {});
    },
  },
  {
    by: 'setQuietHours',
    what: 'at the weekend',
    changes: own,
    async prepare(_chat, { ann }, set) {
      const quietHours = { start: '22:00', end: '09:30', timeZone: 'Europe/Berlin', days: ['FRIDAY', 'SATURDAY'] };
      return () => set(ann, { quietHours });
    },
  },
  {
    by: 'setSilentUntil',
    what: 'for a time, which is longer then',
    changes: own,
    async prepare(_chat, { ann }, set) {
      await set(ann, { silentUntil: '2998-01-01T00:00:00.000Z' });
      return () => set(ann, { silentUntil: '2999-01-01T00:00:00.000Z' });
    },
  },
  {
    by: 'signOutOthers',
    what: 'of two further devices',
    changes: ['ben'],
    async prepare(chat, { ben }, signOut) {
      for (const name of ['phone', 'tablet']) await chat.anotherDevice(ben, name);
      return () => signOut(ben, {});
    },
  },
  {
    by: 'changePassword',
    what: 'which signs a further device out',
    changes: ['ben'],
    async prepare(chat, { ben }, change) {
      await chat.anotherDevice(ben, 'phone');
      return () => change(ben, { currentPassword: password, newPassword: `${password} indeed` });
    },
  },
  ...(['KEEP', 'REMOVE'] as const).map(
    (messages): Act => ({
      by: 'deleteAccount',
      what: `of somebody whom the others know, and whose messages are to ${messages === 'KEEP' ? 'stay' : 'go'}`,
      changes: [...three, 'dan'],
      async prepare(chat, cast, erase) {
        const eve = await parting(chat, cast);
        return async () => {
          await erase(eve, { password, messages });
          await chat.node.chat.jobs.doDue();
        };
      },
    }),
  ),
  {
    by: 'requestDataExport',
    what: 'until it is ready, twice',
    changes: own,
    async prepare(chat, { ann }, request) {
      return async () => {
        for (let times = 0; times < 2; times += 1) {
          await request(ann, {});
          await chat.node.chat.jobs.doDue();
        }
      };
    },
  },
];

/** All acts: at least one for every mutation, and one for each way in which others are told of it. */
export const acts: readonly Act[] = [
  ...sending.map((act) => ({ ...act, by: 'sendMessage' })),
  ...forwarding,
  ...marking,
  ...reading,
  ...blocking,
  ...settings,
  ...forOneself,
  ...changing,
  ...recalling,
  ...reporting,
  ...reacting,
  ...pinning,
  ...grouping,
  ...settling,
  ...ruling,
  ...coming,
  ...knowing,
  ...signing,
  ...ofAccounts,
];
