import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ahead } from '../scheduled/times.ts';
import { subscribe } from '../support/client.ts';
import {
  AddMembersDocument,
  AskDocument,
  ClosePollDocument,
  PollOfDocument,
  PollOptionByIdDocument,
  RemoveMemberDocument,
  SendMessageDocument,
  VotePollDocument,
  WatchPollsDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();

/** Three users, their group, and a poll that Ann sends there. */
async function scene(poll: object = {}) {
  const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
  const group = await chat.group(ann, ben, cat);
  return { ann, ben, cat, group, ...(await ask(ann, group, poll)) };
}

async function ask(as: Person, conversationId: string, poll: object = {}) {
  const input = { conversationId, clientMessageId: randomUUID(), text: 'Soup?', poll: { options: ['yes', 'no', 'rice'], ...poll } };
  const { sendMessage } = await chat.ask(AskDocument, { input }, as);
  const message = given(sendMessage.messageEdge, sendMessage.errors).node;
  return { message, options: given(message.poll, []).options.map(({ id }) => id) };
}

const vote = async (as: Person, messageId: string, ...optionIds: readonly string[]) =>
  (await chat.ask(VotePollDocument, { input: { messageId, optionIds } }, as)).votePoll;

const close = async (as: Person, messageId: string) => (await chat.ask(ClosePollDocument, { input: { messageId } }, as)).closePoll;

/** What a user is shown of a poll: the number of voters, then for each option its votes and whether the user has voted for it. */
async function shown(as: Person, id: string) {
  const { node } = await chat.ask(PollOfDocument, { id }, as);
  const poll = node?.__typename === 'Message' ? node.poll : null;
  return poll && [poll.voterCount, ...poll.options.map(({ voteCount, viewerHasVoted }) => `${voteCount}${viewerHasVoted ? ' mine' : ''}`)];
}

/** An option by its id, or null if the user may not see it. */
async function option(as: Person, id: string, page: { readonly first?: number; readonly after?: string | null } = {}) {
  const { node } = await chat.ask(PollOptionByIdDocument, { id, ...page }, as);
  return node?.__typename === 'PollOption' ? node : null;
}

describe('a poll', () => {
  it('is returned with its current votes, and shows each user their own choice', async () => {
    const closesAt = ahead();
    const { ann, ben, cat, message, options } = await scene({ multiple: true, closesAt });
    const none = { voteCount: 0, viewerHasVoted: false };
    expect(message.poll).toEqual({
      options: ['yes', 'no', 'rice'].map((text, place) => ({ id: options[place], text, ...none })),
      ...{ voterCount: 0, multiple: true, anonymous: false, closesAt, closedAt: null },
    });
    const [yes = '', no = '', rice = ''] = options;
    await vote(ben, message.id, yes, rice);
    const { message: voted, errors } = await vote(cat, message.id, rice);
    expect(errors).toEqual([]);
    expect(voted?.poll).toMatchObject({
      options: [
        { id: yes, voteCount: 1, viewerHasVoted: false },
        { id: no, voteCount: 0, viewerHasVoted: false },
        { id: rice, voteCount: 2, viewerHasVoted: true },
      ],
      voterCount: 2,
    });
    expect(await shown(ann, message.id)).toEqual([2, '1', '0', '2']);
    expect(await shown(ben, message.id)).toEqual([2, '1 mine', '0', '2 mine']);
    await vote(ben, message.id);
    expect(await shown(ben, message.id)).toEqual([1, '0', '0', '1']);
  });

  it('sends events for votes and for its closing, and refuses votes after that', async () => {
    const { ann, ben, cat, group, message, options } = await scene();
    const [yes = '', no = ''] = options;
    const events = subscribe(chat.socket(ann), WatchPollsDocument, { conversationId: group });
    await events.next();
    await vote(ben, message.id, yes);
    await vote(cat, message.id, no);
    await vote(cat, message.id);
    await close(ann, message.id);
    const told: unknown[] = [];
    for (let count = 1; count <= 4; count += 1) told.push((await events.next()).value?.data?.conversationEvents);
    expect(told).toMatchObject([
      { __typename: 'PollVoted', seq: message.seq + 1, actor: { id: ben.id }, options: [{ id: yes }] },
      { __typename: 'PollVoted', seq: message.seq + 2, actor: { id: cat.id }, options: [{ id: no }] },
      { __typename: 'PollVoted', seq: message.seq + 3, actor: { id: cat.id }, options: [], message: { poll: { voterCount: 1 } } },
      { __typename: 'PollClosed', seq: message.seq + 4, actor: { id: ann.id }, message: { poll: { closedAt: expect.any(String) } } },
    ]);
    expect(refusals((await vote(ben, message.id, no)).errors)).toEqual(['TOO_LATE input.messageId']);
  });

  it('has options that are nodes, with their voters in pages', async () => {
    const { ann, ben, cat, message, options } = await scene();
    const [yes = ''] = options;
    for (const who of [cat, ann, ben]) await vote(who, message.id, yes);
    const all = await option(ben, yes);
    expect(all).toMatchObject({ id: yes, text: 'yes', voteCount: 3 });
    expect(new Set(all?.voters?.edges.map(({ node }) => node.id))).toEqual(new Set([ann.id, ben.id, cat.id]));
    const first = await option(ben, yes, { first: 2 });
    expect(first?.voters?.edges).toEqual(all?.voters?.edges.slice(0, 2));
    expect(first?.voters?.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const rest = await option(ben, yes, { first: 2, after: first?.voters?.pageInfo.endCursor ?? null });
    expect(rest?.voters?.edges).toEqual(all?.voters?.edges.slice(2));
    const { errors } = await chat.post(PollOptionByIdDocument, { id: yes, first: 101 }, ben);
    expect(refusals(errors)).toEqual(['BAD_USER_INPUT first']);
  });
});

describe('an anonymous poll', () => {
  it('shows everybody but the voter the same, whoever voted: sender, other members and subscribers', async () => {
    async function run(chosen: 'ben' | 'cat') {
      const { ann, ben, cat, group, message, options } = await scene({ anonymous: true });
      const [dan] = await chat.people('dan');
      const [yes = '', no = ''] = options;
      await chat.ask(AddMembersDocument, { input: { groupId: group, userIds: [dan.id] } }, ann);
      const events = subscribe(chat.socket(ann), WatchPollsDocument, { conversationId: group });
      await events.next();
      const voter = { ben, cat }[chosen];
      await vote(voter, message.id, no);
      await vote(voter, message.id, yes);
      const told: unknown[] = [];
      for (let count = 1; count <= 2; count += 1) told.push((await events.next()).value?.data?.conversationEvents);
      expect(told).toMatchObject([
        { __typename: 'PollVoted', actor: null, options: null },
        { __typename: 'PollVoted', actor: null, options: null },
      ]);
      expect(await shown(voter, message.id)).toEqual([1, '1 mine', '0', '0']);
      const other = { ben: cat, cat: ben }[chosen];
      const seen = [await shown(ann, message.id), await shown(other, message.id)];
      const lists = await Promise.all(
        [ann, other, voter].map(async (who) => [(await option(who, yes))?.voters, (await option(who, no))?.voters]),
      );
      return JSON.stringify([seen, lists, told])
        .replaceAll(message.id, 'it')
        .replaceAll(/"seq":\d+/g, '"seq"')
        .replaceAll(/Poll[^"]*/g, '');
    }
    const [one, another] = [await run('ben'), await run('cat')];
    const withoutIds = (text: string) => text.replaceAll(/"id":"[^"]*"/g, '"id"');
    expect(withoutIds(one)).toBe(withoutIds(another));
    expect(one).toContain('[[null,null],[null,null],[null,null]]');
  });
});

describe('a poll', () => {
  it('is refused for an invalid option, by its position, and nothing is stored', async () => {
    const { ann, group, message } = await scene();
    const input = { conversationId: group, clientMessageId: 'a poll', text: 'Soup?' };
    for (const [poll, field] of [
      [{ options: ['a', 'b', 'c', ' '] }, 'options.3'],
      [{ options: ['a', 'a'] }, 'options.1'],
      [{ options: ['a'] }, 'options'],
      [{ options: ['a', 'b'], closesAt: '2001-01-01T00:00:00.000Z' }, 'closesAt'],
    ] as const) {
      const { sendMessage } = await chat.ask(AskDocument, { input: { ...input, poll } }, ann);
      expect(refusals(sendMessage.errors)).toEqual([`INVALID_INPUT input.poll.${field}`]);
    }
    expect((await chat.say(ann, group, 'later')).seq).toBe(message.seq + 1);
  });

  it('refuses votes that are not for its options, or too many', async () => {
    const { ann, ben, group, message, options } = await scene();
    const other = await ask(ann, group);
    const [yes = '', no = ''] = options;
    expect(refusals((await vote(ben, message.id, yes, message.id)).errors)).toEqual(['INVALID_INPUT input.optionIds.1']);
    expect(refusals((await vote(ben, message.id, ...other.options.slice(1, 2))).errors)).toEqual(['NOT_FOUND input.optionIds.0']);
    expect(refusals((await vote(ben, message.id, yes, no)).errors)).toEqual(['INVALID_INPUT input.optionIds']);
    expect(await shown(ben, message.id)).toEqual([0, '0', '0', '0']);
  });

  it('is closed by its sender or an admin, and by nobody else', async () => {
    const { ann, ben, cat, group } = await scene();
    const { message } = await ask(ben, group);
    expect(refusals((await close(cat, message.id)).errors)).toEqual(['FORBIDDEN input.messageId']);
    const { message: closed, errors } = await close(ann, message.id);
    expect(errors).toEqual([]);
    expect(closed?.poll?.closedAt).toEqual(expect.any(String));
    expect(await close(ben, message.id)).toEqual({ message: closed, errors: [] });
  });
});

describe('a user who does not see a message', () => {
  it('can neither vote nor close its poll, nor see the options', async () => {
    const { ann, ben, cat, group, message, options } = await scene();
    const [dan, eve] = await chat.people('dan', 'eve');
    const [yes = ''] = options;
    await vote(ben, message.id, yes);
    await chat.ask(AddMembersDocument, { input: { groupId: group, userIds: [dan.id] } }, ann);
    await chat.ask(RemoveMemberDocument, { input: { groupId: group, userId: cat.id } }, ann);
    for (const stranger of [dan, eve, cat]) {
      expect(refusals((await vote(stranger, message.id, yes)).errors)).toEqual(['NOT_FOUND input.messageId']);
      expect(refusals((await close(stranger, message.id)).errors)).toEqual(['NOT_FOUND input.messageId']);
      expect(await option(stranger, yes)).toBeNull();
    }
    expect(await shown(ann, message.id)).toEqual([1, '1', '0', '0']);
  });

  it('sees the poll where the message is quoted to them', async () => {
    const { ann, ben, group, message, options } = await scene();
    await vote(ben, message.id, ...options.slice(0, 1));
    const [dan] = await chat.people('dan');
    await chat.ask(AddMembersDocument, { input: { groupId: group, userIds: [dan.id] } }, ann);
    const input = { conversationId: group, clientMessageId: 'an answer', text: 'good', replyToId: message.id };
    const { sendMessage } = await chat.ask(SendMessageDocument, { input }, ann);
    const answer = given(sendMessage.messageEdge, sendMessage.errors).node;
    const { node } = await chat.ask(PollOfDocument, { id: answer.id }, dan);
    expect(node).toMatchObject({ poll: null, replyTo: { id: message.id, poll: { voterCount: 1, options: [{ voteCount: 1 }, {}, {}] } } });
  });
});
