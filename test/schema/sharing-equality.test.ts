import { execute, type GraphQLField, isObjectType, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createContext, forEvent, forEveryone, schema, sharingOf } from '../../schema/index.ts';
import type { Chat } from '../../src/chat.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey } from '../group/talk-world.ts';
import { ahead, ask, vote } from '../message/poll-world.ts';
import { ageIn } from '../retention/age.ts';
import { person } from '../support/people.ts';
import { type Cast, type Onlooker, onlookers, openCast } from './cast.ts';
import { eventDocument, isShareable, shownIn } from './shareable-document.ts';

/** An event, and who gets it. */
interface Occasion {
  readonly what: string;
  /** The type of the event. */
  readonly type: string;
  readonly seenBy: readonly Onlooker[];
  /** Causes the event. Returns it as the executor gets it. */
  readonly happens: (cast: Cast) => Promise<object>;
}

const everybody = onlookers;
const both: readonly Onlooker[] = ['sender', 'inTouch'];

const attachments = [
  { url: 'https://example.org/a', mediaType: 'video/mp4', name: 'a.mp4', size: 2 ** 40, width: 4, height: 3, durationMs: 1, alt: 'A dog.' },
  { url: 'https://example.org/b', mediaType: 'text/plain' },
];
const data = { type: 'poll', options: ['sea', 'hills'] };

/** Every type of event that can be shared, in all its shapes. A new type, or a new shape of one, is a new row. */
const occasions: readonly Occasion[] = [
  {
    what: 'a message',
    type: 'MessageSent',
    seenBy: everybody,
    happens: async ({ say, group, entry }) => entry(group, await say('sender', group, 'good morning')),
  },
  {
    what: 'a message of files alone',
    type: 'MessageSent',
    seenBy: everybody,
    happens: (cast) => sending(cast, 'sender', { text: '', attachments }),
  },
  {
    what: 'a message of data alone',
    type: 'MessageSent',
    seenBy: everybody,
    happens: (cast) => sending(cast, 'sender', { text: '', data }),
  },
  {
    what: 'an answer to what was said before the newcomer joined',
    type: 'MessageSent',
    seenBy: everybody,
    happens: async ({ say, group, entry, before }) => entry(group, await say('sender', group, 'as I said', before)),
  },
  {
    what: 'an answer that was changed, to a message that was changed and then taken back',
    type: 'MessageSent',
    seenBy: everybody,
    async happens({ chat, people, say, group, entry }) {
      const seq = await say('sender', group, 'said');
      const answer = await say('member', group, 'answer', seq);
      await chat.messages.edit(people.sender, { message: { conversationId: group, seq }, text: 'changed' });
      await chat.messages.edit(people.member, { message: { conversationId: group, seq: answer }, text: 'another answer' });
      await chat.messages.recall(people.sender, { conversationId: group, seq });
      return entry(group, answer);
    },
  },
  {
    what: 'a reply in a thread that began before the newcomer joined',
    type: 'MessageSent',
    seenBy: everybody,
    happens: (cast) => sending(cast, 'sender', { threadRoot: { conversationId: cast.group, seq: cast.before } }),
  },
  {
    what: 'a message that mentions everyone, and by name each who looks on and one who has left',
    type: 'MessageSent',
    seenBy: everybody,
    async happens(cast) {
      const leaver = await guest(cast);
      const mentionIds = [...Object.values(cast.people), leaver].map(({ userId }) => userId);
      const event = await sending(cast, 'owner', { mentionIds, mentionsEveryone: true });
      await cast.chat.groups.leave(leaver, { groupId: cast.group });
      return event;
    },
  },
  {
    what: 'a message that was forwarded from where none of the others may look',
    type: 'MessageSent',
    seenBy: everybody,
    async happens({ say, chat, people, group, alone, entry }) {
      const message = { conversationId: alone, seq: await say('sender', alone, 'to be repeated') };
      const { seq } = await chat.messages.forward(people.sender, { message, conversationId: group, clientMessageId: freshKey() });
      return entry(group, seq);
    },
  },
  {
    what: 'a message between two',
    type: 'MessageSent',
    seenBy: both,
    happens: async ({ say, direct, entry }) => entry(direct, await say('sender', direct, 'psst')),
  },
  {
    what: 'the answer of the other one',
    type: 'MessageSent',
    seenBy: both,
    happens: async ({ say, direct, entry }) => entry(direct, await say('inTouch', direct, 'yes?', await say('sender', direct, 'psst'))),
  },
  {
    what: 'a note to oneself',
    type: 'MessageSent',
    seenBy: ['sender'],
    happens: async ({ say, alone, entry }) => entry(alone, await say('sender', alone, 'buy milk')),
  },
  {
    what: 'a change of what was said, which calls others, and which somebody has deleted for themselves',
    type: 'MessageEdited',
    seenBy: everybody,
    async happens({ chat, people, say, group, entry }) {
      const message = { conversationId: group, seq: await say('sender', group, 'helo') };
      await chat.messages.hide(people.knowing, message);
      await chat.messages.edit(people.sender, { message, text: 'hello', mentionIds: [people.asked.userId, people.newcomer.userId] });
      return entry(group, message.seq + 1);
    },
  },
  {
    what: 'a change of what is attached',
    type: 'MessageEdited',
    seenBy: everybody,
    async happens({ chat, people, say, group, entry }) {
      const message = { conversationId: group, seq: await say('sender', group, 'look') };
      await chat.messages.edit(people.sender, { message, text: 'look', attachments, data });
      return entry(group, message.seq + 1);
    },
  },
  {
    what: 'a change of what was said before the newcomer joined, of which they are not told',
    type: 'MessageEdited',
    seenBy: everybody.filter((name) => name !== 'newcomer'),
    async happens({ chat, people, group, entry, before }) {
      await chat.messages.edit(people.sender, { message: { conversationId: group, seq: before }, text: 'long before the newcomer' });
      return entry(group, await newest(chat, group));
    },
  },
  {
    what: 'a change by the other one of two',
    type: 'MessageEdited',
    seenBy: both,
    async happens({ chat, people, say, direct, entry }) {
      const message = { conversationId: direct, seq: await say('inTouch', direct, 'helo') };
      await chat.messages.edit(people.inTouch, { message, text: 'hello' });
      return entry(direct, message.seq + 1);
    },
  },
  {
    what: 'a message that is taken back, with all that stood on it',
    type: 'MessageRecalled',
    seenBy: everybody,
    async happens({ chat, people, say, group, entry }) {
      const seq = await say('sender', group, 'oops', await say('member', group, 'well?'));
      const message = { conversationId: group, seq };
      await chat.messages.edit(people.sender, { message, text: 'oops!', mentionIds: [people.member.userId] });
      await chat.messages.addReaction(people.newcomer, { message, emoji: '👍' });
      await chat.messages.pin(people.owner, message);
      await chat.messages.recall(people.sender, message);
      // The entry before it ends the pin.
      return entry(group, seq + 5);
    },
  },
  {
    what: 'what an admin takes back of somebody else',
    type: 'MessageRecalled',
    seenBy: everybody,
    async happens({ chat, people, say, group, entry }) {
      const message = { conversationId: group, seq: await say('newcomer', group, 'oops') };
      await chat.messages.recall(people.admin, message);
      return entry(group, message.seq + 1);
    },
  },
  {
    what: 'what those take back who run the system: nobody in the group did it',
    type: 'MessageRecalled',
    seenBy: everybody,
    async happens({ chat, people, say, group, entry }) {
      const message = { conversationId: group, seq: await say('sender', group, 'oops') };
      await chat.reports.message(people.member, { message, reason: 'HATE' });
      const { items } = await chat.moderation.queue({ state: 'OPEN', first: 1 });
      await chat.moderation.resolve(null, { itemId: items[0]?.key ?? '', action: 'REMOVE_MESSAGE' });
      return entry(group, message.seq + 1);
    },
  },
  ...(['sender', 'member', 'newcomer', 'knowing'] as const).map((name) => ({
    what: `what ${name} thinks of a message that others have reacted to`,
    type: 'ReactionsChanged',
    seenBy: everybody,
    async happens({ chat, people, say, group, entry }: Cast) {
      const seq = await say('sender', group, 'what do you think?');
      const message = { conversationId: group, seq };
      await chat.messages.addReaction(people.owner, { message, emoji: '👍' });
      await chat.messages.addReaction(people[name], { message, emoji: '🎉' });
      return entry(group, seq + 2);
    },
  })),
  {
    what: 'a reaction that was taken back',
    type: 'ReactionsChanged',
    seenBy: everybody,
    async happens({ chat, people, say, group, entry }) {
      const seq = await say('sender', group, 'what do you think?');
      const reaction = { message: { conversationId: group, seq }, emoji: '👍' };
      await chat.messages.addReaction(people.inTouch, reaction);
      await chat.messages.removeReaction(people.inTouch, reaction);
      return entry(group, seq + 2);
    },
  },
  {
    what: 'a reaction to what was said before the newcomer joined, of which they are not told',
    type: 'ReactionsChanged',
    seenBy: everybody.filter((name) => name !== 'newcomer'),
    async happens({ chat, people, group, entry, before }) {
      const message = { conversationId: group, seq: before };
      await chat.messages.addReaction(people.member, { message, emoji: '👍' });
      return entry(group, await newest(chat, group));
    },
  },
  {
    what: 'the reaction of the other one of two',
    type: 'ReactionsChanged',
    seenBy: both,
    async happens({ chat, people, say, direct, entry }) {
      const seq = await say('sender', direct, 'psst');
      await chat.messages.addReaction(people.inTouch, { message: { conversationId: direct, seq }, emoji: '❤\ufe0f' });
      return entry(direct, seq + 1);
    },
  },
  {
    what: 'a vote, on a poll of which all may know who chose what',
    type: 'PollVoted',
    seenBy: everybody,
    async happens({ chat, people, group, entry }) {
      const message = await ask(chat, people.sender, group);
      await vote(chat, people.member, message, 1);
      await vote(chat, people.newcomer, message, 1);
      return entry(group, message.seq + 1);
    },
  },
  ...(['sender', 'member', 'newcomer', 'knowing'] as const).map((name) => ({
    what: `a vote of ${name} on an anonymous poll`,
    type: 'PollVoted',
    seenBy: everybody,
    async happens({ chat, people, group, entry }: Cast) {
      const message = await ask(chat, people.sender, group, { anonymous: true });
      await vote(chat, people[name], message, 1);
      return entry(group, message.seq + 1);
    },
  })),
  {
    what: 'that a poll is closed',
    type: 'PollClosed',
    seenBy: everybody,
    async happens({ chat, people, group, entry }) {
      const message = await ask(chat, people.sender, group, { multiple: true, closesAt: ahead() });
      await vote(chat, people.member, message, 0, 2);
      await chat.messages.closePoll(people.owner, message);
      return entry(group, message.seq + 2);
    },
  },
  {
    what: 'a pin, of a message that was reacted to',
    type: 'PinChanged',
    seenBy: everybody,
    async happens({ chat, people, say, group, entry }) {
      const message = { conversationId: group, seq: await say('sender', group, 'remember this') };
      await chat.messages.addReaction(people.sender, { message, emoji: '👍' });
      await chat.messages.pin(people.owner, message);
      return entry(group, message.seq + 2);
    },
  },
  {
    what: 'the end of a pin',
    type: 'PinChanged',
    seenBy: everybody,
    async happens({ chat, people, say, group, entry }) {
      const message = { conversationId: group, seq: await say('sender', group, 'no longer of interest') };
      await chat.messages.pin(people.owner, message);
      await chat.messages.unpin(people.admin, message);
      return entry(group, message.seq + 2);
    },
  },
  {
    what: 'that what was said up to a place is kept no longer',
    type: 'HistoryTrimmed',
    seenBy: both,
    async happens({ chat, sql, say, direct, entry }) {
      const seq = await say('sender', direct, 'gone');
      await ageIn(sql, direct, seq);
      await chat.settings.set(null, { settings: [{ name: 'historyDays', value: '1' }] });
      await chat.retention.round({ after: direct - 1n }, new AbortController().signal);
      await chat.settings.set(null, { settings: [{ name: 'historyDays', value: '0' }] });
      return entry(direct, seq + 1);
    },
  },
  {
    what: 'a pin of one of two',
    type: 'PinChanged',
    seenBy: both,
    async happens({ chat, people, say, direct, entry }) {
      const message = { conversationId: direct, seq: await say('inTouch', direct, 'remember this') };
      await chat.messages.pin(people.sender, message);
      return entry(direct, message.seq + 1);
    },
  },
  {
    what: 'a change of the group by an admin',
    type: 'GroupChanged',
    seenBy: everybody,
    async happens({ chat, people, group, entry }) {
      const name = `Us, ${freshKey()}`;
      const { lastSeq } = await chat.groups.update(people.admin, { groupId: group, name, pinPolicy: 'ADMINS', mentionPolicy: 'EVERYONE' });
      return entry(group, lastSeq);
    },
  },
  {
    what: 'a group where for a while only those write who run it',
    type: 'GroupChanged',
    seenBy: everybody,
    async happens({ chat, people, group, say, entry }) {
      const { lastSeq } = await chat.groups.update(people.owner, { groupId: group, mutedUntil: new Date(Date.now() + 1_500) });
      // The entry still says that they were muted, and the mute affects no later row.
      await expect.poll(() => say('member', group, 'at last').catch(() => 0), { interval: 10 }).toBeGreaterThan(lastSeq);
      return entry(group, lastSeq);
    },
  },
  {
    what: 'that a member is muted, and called otherwise by then',
    type: 'MemberChanged',
    seenBy: everybody,
    async happens(cast) {
      const { chat, people, group, entry } = cast;
      const muted = await guest(cast);
      await chat.groups.muteMember(people.admin, { groupId: group, userId: muted.userId, until: new Date('2999-01-01') });
      const seq = await newest(chat, group);
      await chat.groups.updateOwnPart(muted, { conversationId: group, nickname: freshKey() });
      return entry(group, seq);
    },
  },
  {
    what: 'that the newcomer is an admin',
    type: 'MemberChanged',
    seenBy: everybody,
    async happens({ chat, people, group, entry }) {
      const { userId } = people.newcomer;
      await chat.groups.setRole(people.owner, { groupId: group, userId, role: 'ADMIN' });
      const seq = await newest(chat, group);
      await chat.groups.setRole(people.owner, { groupId: group, userId, role: 'MEMBER' });
      return entry(group, seq);
    },
  },
  {
    what: 'that somebody outside is banned',
    type: 'MemberChanged',
    seenBy: everybody,
    async happens({ chat, people, group, entry }) {
      const { userId } = await person(chat, 'outside');
      await chat.groups.removeMember(people.admin, { groupId: group, userId, ban: true });
      return entry(group, await newest(chat, group));
    },
  },
  {
    what: 'a change of who may join, and of what newcomers may read',
    type: 'GroupChanged',
    seenBy: everybody,
    async happens({ chat, people, group, entry }) {
      await chat.groups.update(people.owner, { groupId: group, joinPolicy: 'OPEN', history: 'ALL' });
      const { lastSeq } = await chat.groups.update(people.owner, {
        groupId: group,
        joinPolicy: 'APPROVAL',
        listed: true,
        history: 'JOINING',
      });
      return entry(group, lastSeq);
    },
  },
  {
    what: 'the joining of somebody who came by an invitation',
    type: 'MemberJoined',
    seenBy: everybody,
    async happens({ chat, people, group, entry }) {
      const { code } = await chat.joining.createInvite(people.admin, { groupId: group });
      const { viewer } = await chat.users.signUp({ handle: `invited.${freshKey()}`, password: 'correct horse', address: '10.1.0.1' });
      const joined = await chat.joining.join(viewer, { code });
      return entry(group, joined.group?.lastSeq ?? 0);
    },
  },
  {
    what: 'the newcomer’s joining',
    type: 'MemberJoined',
    seenBy: everybody,
    happens: ({ group, entry, before }) => entry(group, before + 1),
  },
  {
    what: 'the sender’s own joining, of which the newcomer is not told',
    type: 'MemberJoined',
    seenBy: everybody.filter((name) => name !== 'newcomer'),
    happens: async (cast) => joiningOf(cast, 'sender'),
  },
  {
    what: 'a joining that has been undone since',
    type: 'MemberJoined',
    seenBy: everybody,
    happens: async (cast) => (await passing(cast)).joined,
  },
  {
    what: 'a removal',
    type: 'MemberLeft',
    seenBy: everybody,
    happens: async (cast) => (await passing(cast)).left,
  },
  {
    what: 'a removal of somebody whose account is erased since',
    type: 'MemberLeft',
    seenBy: everybody,
    async happens(cast) {
      const leaver = await guest(cast);
      const { lastSeq } = await cast.chat.groups.removeMember(cast.people.owner, { groupId: cast.group, userId: leaver.userId });
      await cast.chat.users.erase(leaver, { password: 'correct horse', messages: 'KEEP', address: '10.1.0.1' });
      return cast.entry(cast.group, lastSeq);
    },
  },
  {
    what: 'a removal by an operator, of whom nobody is told',
    type: 'MemberLeft',
    seenBy: everybody,
    async happens(cast) {
      const { userId } = await guest(cast);
      await cast.chat.groupAdministration.remove({ groupId: cast.group, userId });
      const [conversation] = await cast.chat.groups.byIds([cast.group]);
      return cast.entry(cast.group, conversation?.lastSeq ?? 0);
    },
  },
  {
    what: 'a message by somebody whose account is erased since, which mentions them too',
    type: 'MessageSent',
    seenBy: everybody,
    async happens(cast) {
      const { chat, group, entry } = cast;
      const leaver = await guest(cast);
      const said = { conversationId: group, clientMessageId: freshKey(), text: 'farewell', mentionIds: [leaver.userId] };
      const { seq } = await chat.messages.send(leaver, said);
      await chat.users.erase(leaver, { password: 'correct horse', messages: 'KEEP', address: '10.1.0.1' });
      // They leave now, and not while a later row runs.
      await chat.jobs.doDue();
      return entry(group, seq);
    },
  },
  ...(['sender', 'member', 'newcomer', 'knowing'] as const).map((name) => ({
    what: `what ${name} has read`,
    type: 'ReceiptMoved',
    seenBy: everybody,
    happens: async ({ say, group, receipt }: Cast) => receipt(group, name, await say('owner', group, 'read this')),
  })),
  {
    what: 'what the other one of two has read',
    type: 'ReceiptMoved',
    seenBy: both,
    happens: async ({ say, direct, receipt }) => receipt(direct, 'inTouch', await say('sender', direct, 'read this')),
  },
  {
    what: 'that somebody shows nobody any more how far they have read',
    type: 'ReceiptMoved',
    seenBy: everybody,
    happens: ({ showing }) => showing('knowing', false),
  },
  {
    what: 'a message by somebody who shows nobody, and whose own side shows no more than others’',
    type: 'MessageSent',
    seenBy: everybody,
    happens: async ({ chat, people, say, group, entry }) => {
      await chat.users.updateSettings(people.knowing, { readReceipts: false });
      return entry(group, await say('knowing', group, 'unseen'));
    },
  },
  {
    what: 'that they show it again',
    type: 'ReceiptMoved',
    seenBy: everybody,
    happens: ({ showing }) => showing('knowing', true),
  },
  ...(['member', 'newcomer', 'knowing'] as const).map((name) => ({
    what: `that ${name} is typing`,
    type: 'TypingChanged',
    seenBy: everybody.filter((other) => other !== name),
    happens: ({ group, typing }: Cast) => typing(group, name),
  })),
  {
    what: 'that the other one of two is typing',
    type: 'TypingChanged',
    seenBy: ['sender'],
    happens: ({ direct, typing }) => typing(direct, 'inTouch'),
  },
  {
    what: 'a signal to all',
    type: 'SignalReceived',
    seenBy: everybody,
    happens: ({ group, signal }) => signal(group, 'knowing'),
  },
  {
    what: 'a signal to some',
    type: 'SignalReceived',
    seenBy: ['sender', 'asking', 'member'],
    happens: ({ group, signal }) => signal(group, 'asking', ['sender', 'member']),
  },
  {
    what: 'a notice to everybody',
    type: 'NoticePosted',
    seenBy: everybody,
    happens: ({ notice }) => notice(({ notices }) => tell(notices)),
  },
  {
    what: 'a notice that was taken back by the time it is shown',
    type: 'NoticePosted',
    seenBy: everybody,
    happens: ({ notice }) => notice(async ({ notices }) => void (await notices.revoke(await tell(notices)))),
  },
  {
    what: 'that a notice is taken back',
    type: 'NoticeRevoked',
    seenBy: everybody,
    async happens({ chat, notice }) {
      const id = await tell(chat.notices);
      return notice(async ({ notices }) => void (await notices.revoke(id)));
    },
  },
  {
    what: 'an entry of a later release',
    type: 'EntryHidden',
    seenBy: everybody,
    async happens({ sql, say, group, entry }) {
      const seq = (await say('owner', group, 'the last that this release understands')) + 1;
      await sql.run(
        `INSERT INTO Entry (streamId, seq, type, version, actorId, data, timeline, at)
         SELECT streamId, ${seq}, 'FromTheFuture', 99, actorId, '{}', timeline, at FROM Entry WHERE streamId = ${group} AND seq = 1`,
        `UPDATE Stream SET lastSeq = ${seq} WHERE id = ${group}`,
      );
      return entry(group, seq);
    },
  },
];

/** Events that one user alone gets. Only their place may be shared. */
const neverShared = [
  'ConversationOpened',
  'ConversationClosed',
  'MembershipSettled',
  'MessageHidden',
  'ConversationCleared',
  'ThreadRead',
  'ContactRequestSent',
  'ContactRequestReceived',
  'ContactRequestWithdrawn',
  'ContactRequestClosed',
  'BlockChanged',
  'ContactChanged',
  'JoinRequestSent',
  'JoinRequestReceived',
  'JoinRequestClosed',
  'InvitesChanged',
  'ViewerChanged',
  'DataExportChanged',
  'ScheduledMessageChanged',
  'ScheduledMessageClosed',
  'DraftChanged',
  'SavedMessageChanged',
  'ViewerMarkersMoved',
  'StreamReady',
  'ResyncRequired',
];

/** Posts a notice to everybody. Returns its id. */
async function tell(notices: Chat['notices']): Promise<string> {
  const { notice } = await notices.post(null, { title: 'Maintenance', body: 'Tonight.', to: 'ALL' });
  if (notice === null) throw new Error('nobody is told');
  return notice.id;
}

/** The event of a user’s joining, from before the first message. */
async function joiningOf({ people, group, before, entry }: Cast, name: Onlooker): Promise<object> {
  for (let seq = 1; seq < before; seq += 1) {
    const event = await entry(group, seq);
    if ('entry' in event && Object(event.entry).data.userId === people[name].userId) return event;
  }
  throw new Error(`${name} has not joined`);
}

/** Sends a message to the group that refers to others. */
async function sending(
  { chat, people, group, entry }: Cast,
  by: Onlooker,
  refers: Partial<Parameters<Chat['messages']['send']>[1]>,
): Promise<object> {
  const request = { conversationId: group, clientMessageId: freshKey(), text: 'about that', ...refers };
  return entry(group, (await chat.messages.send(people[by], request)).seq);
}

/** A new user, who is added to the group. */
async function guest({ chat, people: { owner }, group }: Cast): Promise<Viewer> {
  const { viewer } = await chat.users.signUp({ handle: `passing.${freshKey()}`, password: 'correct horse', address: '10.1.0.1' });
  await chat.groups.addMembers(owner, { groupId: group, userIds: [viewer.userId] });
  return viewer;
}

/** Adds a user to the group and removes them. Returns both events. */
async function passing(cast: Cast) {
  const { chat, group, entry } = cast;
  const viewer = await guest(cast);
  const { owner } = cast.people;
  const { lastSeq } = await chat.groups.removeMember(owner, { groupId: group, userId: viewer.userId });
  return { joined: await entry(group, lastSeq - 1), left: await entry(group, lastSeq) };
}

async function newest(chat: Chat, conversationId: bigint): Promise<number> {
  const [conversation] = await chat.groups.byIds([conversationId]);
  return conversation?.lastSeq ?? 0;
}

let cast: Cast;
beforeAll(async () => {
  cast = await openCast();
});
afterAll(() => cast[Symbol.asyncDispose]());

function contextOf(viewer: Viewer) {
  return createContext({ chat: cast.chat, viewer, address: '127.0.0.1', requestId: 'test', signal: new AbortController().signal });
}

interface Shown {
  /** The bytes for all. */
  readonly shared: string;
  /** The users who would get other bytes if the event were executed for them alone. */
  readonly differ: readonly Onlooker[];
}

/** Executes an event for everybody at once, and for each of these users alone. */
async function show(event: object, text: string, seenBy: readonly Onlooker[]): Promise<Shown> {
  const document = parse(text);
  const shown = async (contextValue: ReturnType<typeof contextOf>) =>
    JSON.stringify(await execute({ schema, document, rootValue: event, contextValue }));
  const shared = await shown(forEveryone(contextOf(cast.people.sender)));
  const differ: Onlooker[] = [];
  for (const name of seenBy) if ((await shown(forEvent(contextOf(cast.people[name])))) !== shared) differ.push(name);
  return { shared, differ };
}

const seen = new Set<string>();

describe('the event that is executed for all is, to the byte, what each would get alone', () => {
  test.each(occasions)('$type: $what', async ({ type, seenBy, happens }) => {
    const text = eventDocument(schema, type);
    expect(validate(schema, parse(text))).toEqual([]);
    expect([...sharingOf(schema, parse(text)).types]).toContain(type);
    const event = await happens(cast);
    await cast.spare();
    const { shared, differ } = await show(event, text, seenBy);
    const { data, errors } = JSON.parse(shared);
    expect(errors).toBeUndefined();
    expect(data.events.__typename).toBe(type);
    expect(differ).toEqual([]);
    for (const name of shownIn(data)) seen.add(name);
  });

  test.each([
    { status: 'BUSY', statusText: 'in a meeting', devices: 2, lastSeenAt: null, profile: 'a' },
    { status: 'OFFLINE', statusText: null, devices: 0, lastSeenAt: new Date(), profile: '' },
  ])('Presence of a user who is $status', async (presence) => {
    const text = eventDocument(schema, 'Presence').replace('events {', 'presence(userIds: []) {');
    expect(validate(schema, parse(text))).toEqual([]);
    const { shared, differ } = await show({ userId: cast.people.owner.userId, ...presence }, text, everybody);
    const { data, errors } = JSON.parse(shared);
    expect(errors).toBeUndefined();
    expect(data.presence.Presence_status).toBe(presence.status);
    expect(differ).toEqual([]);
    for (const name of shownIn(data)) seen.add(name);
  });

  test('the events above have all fields that are declared shareable', () => {
    const types = Object.values(schema.getTypeMap()).filter(isObjectType);
    const declared = types.flatMap((type) =>
      Object.values(type.getFields()).flatMap((field) => (isShareable(field) ? [`${type.name}_${field.name}`] : [])),
    );
    // Only the place of these types is shareable. The actor of `HistoryTrimmed` is always null. The cursors of all lists are declared in
    // one place.
    const own = new Set(neverShared);
    const elsewhere = (name: string): boolean =>
      own.has(name.split('_')[0] ?? '') ||
      name === 'HistoryTrimmed_actor' ||
      /^(?!MessageEdge|MembershipEdge|NoticeEdge).*Edge_cursor$/.test(name);
    expect(declared.length).toBeGreaterThan(50);
    expect(declared.filter((name) => !seen.has(name) && !elsewhere(name))).toEqual([]);
  });
});

describe('every type of event', () => {
  const event = schema.getType('Event');
  const types = event && 'getInterfaces' in event && !isObjectType(event) ? schema.getPossibleTypes(event) : [];

  test('is either in the table or never shared', () => {
    const known = new Set([...occasions.map(({ type }) => type), ...neverShared]);
    expect(types.map(({ name }) => name).sort()).toEqual([...known].sort());
  });

  test.each(neverShared)('%s is not shared with any field of its own', (name) => {
    const place = ['at', 'streamId', 'seq'];
    const type = types.find((one) => one.name === name);
    const own = Object.keys(type?.getFields() ?? {}).filter((field) =>
      name === 'ResyncRequired' ? field !== 'at' : !place.includes(field),
    );
    expect(own).not.toEqual([]);
    for (const field of own) {
      const text = eventDocument(schema, name, {
        depth: 2,
        selects: (one) => one.name === field || (place.includes(one.name) && isShareable(one)) || one.name === 'id',
      });
      expect(text).toContain(`${name}_${field}`);
      expect([field, sharingOf(schema, parse(text)).types.has(name)]).toEqual([field, false]);
    }
  });
});

/** Declares a field shareable until the test ends. */
function declare(coordinate: string): void {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  const field: GraphQLField<unknown, unknown> | undefined = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (!field) throw new Error(`there is no field ${coordinate}`);
  const { extensions } = field;
  field.extensions = { ...extensions, shareable: true };
  onTestFinished(() => {
    field.extensions = extensions;
  });
}

describe('a field that is wrongly declared shareable', () => {
  const asks = 'a field that is declared shareable asks who looks';

  test.each([
    ['User.viewerContact', 'Contact.alias', asks],
    ['User.viewerContactRequest', 'ContactRequest.id', asks],
    ['DirectConversation.viewerPeer', 'User.id', asks],
    ['Group.viewerReadSeq', 'Group.id', asks],
    ['Group.viewerUnreadCount', 'Group.id', asks],
    ['DirectConversation.viewerMembership', 'Membership.id', asks],
    ['DirectConversation.viewerLastMessage', 'Message.id', asks],
    ['User.viewerDirectConversation', 'DirectConversation.id', undefined],
  ])('is found: %s', async (field, below, message) => {
    declare(field);
    declare(below);
    const found: Shown[] = [];
    for (const conversation of [cast.group, cast.direct]) {
      const event = await cast.entry(conversation, await cast.say('sender', conversation, 'who looks?'));
      found.push(await show(event, eventDocument(schema, 'MessageSent'), conversation === cast.group ? everybody : both));
    }
    expect(found.flatMap(({ differ }) => differ)).not.toEqual([]);
    const errors = found.flatMap(({ shared }) => JSON.parse(shared).errors ?? []).map((error) => error.message);
    expect(errors.includes(asks)).toBe(message === asks);
  });
});
