import { describe, expect, it } from 'vitest';
import { subscribe } from '../support/client.ts';
import {
  AddMembersDocument,
  GroupSettingsDocument,
  PinMessageDocument,
  PinsDocument,
  UnpinMessageDocument,
  UpdateGroupDocument,
  WatchThoughtsDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world({ MAX_PINS: '3' });

const pin = async (as: Person, messageId: string) => (await chat.ask(PinMessageDocument, { input: { messageId } }, as)).pinMessage;
const unpin = async (as: Person, messageId: string) => (await chat.ask(UnpinMessageDocument, { input: { messageId } }, as)).unpinMessage;

async function pins(as: Person, id: string, page: { readonly first?: number; readonly after?: string | null } = {}) {
  return given((await chat.ask(PinsDocument, { id, ...page }, as)).conversation, []).pins;
}

async function pinned(as: Person, id: string): Promise<readonly string[]> {
  return (await pins(as, id)).edges.map(({ node }) => node.id);
}

/** Two users, their group, and four messages of Ann’s in it. */
async function scene() {
  const [ann, ben] = await chat.people('ann', 'ben');
  const group = await chat.group(ann, ben);
  const [one, two, three, four] = await chat.sayAll(ann, group, ['one', 'two', 'three', 'four']);
  return { ann, ben, group, one: given(one, []), two: given(two, []), three: given(three, []), four: given(four, []) };
}

describe('a pin', () => {
  it('is shown on the message and in the list, newest pin first', async () => {
    const { ann, ben, group, one, two } = await scene();
    const { message, errors } = await pin(ann, two.id);
    expect(errors).toEqual([]);
    expect(message).toEqual({ id: two.id, seq: two.seq, text: 'two', pinnedAt: expect.any(String) });
    await pin(ann, one.id);
    expect(await pinned(ben, group)).toEqual([one.id, two.id]);
    expect((await pins(ben, group)).edges[1]).toEqual({ cursor: two.cursor, node: message });
  });

  it('that is repeated, or removed twice, returns the same payload', async () => {
    const { ann, group, one } = await scene();
    const once = await pin(ann, one.id);
    expect(await pin(ann, one.id)).toEqual(once);
    const off = await unpin(ann, one.id);
    expect(off).toMatchObject({ message: { id: one.id, pinnedAt: null }, errors: [] });
    expect(await unpin(ann, one.id)).toEqual(off);
    expect(await pinned(ann, group)).toEqual([]);
  });

  it('is an event for subscribers and an entry of the timeline', async () => {
    const { ann, ben, group, one, four } = await scene();
    const events = subscribe(chat.socket(ben), WatchThoughtsDocument, { conversationId: group });
    await events.next();
    await pin(ann, one.id);
    await unpin(ann, one.id);
    const told: unknown[] = [];
    for (let n = 1; n <= 2; n += 1) told.push((await events.next()).value?.data?.conversationEvents);
    const place = { __typename: 'PinChanged', actor: { id: ann.id } };
    expect(told).toMatchObject([
      { ...place, seq: four.seq + 1, pinned: true, message: { id: one.id } },
      { ...place, seq: four.seq + 2, pinned: false, message: { id: one.id, pinnedAt: null } },
    ]);
    const { conversation } = await chat.ask(GroupSettingsDocument, { id: group }, ben);
    expect(conversation?.timeline.edges.slice(-2).map(({ node }) => node)).toEqual([
      { ...place, seq: four.seq + 1, pinned: true, message: { id: one.id } },
      { ...place, seq: four.seq + 2, pinned: false, message: { id: one.id } },
    ]);
  });
});

describe('the list of pins', () => {
  it('is read in pages whose flags are right', async () => {
    const { ann, group, one, two, three } = await scene();
    for (const { id } of [one, three, two]) await pin(ann, id);
    const first = await pins(ann, group, { first: 2 });
    expect(first.edges.map(({ node }) => node.id)).toEqual([two.id, three.id]);
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false, endCursor: three.cursor });
    const rest = await pins(ann, group, { first: 2, after: first.pageInfo.endCursor ?? null });
    expect(rest.edges.map(({ node }) => node.id)).toEqual([one.id]);
    expect(rest.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });

  it.each([
    [{ first: 0 }, 'first'],
    [{ first: 101 }, 'first'],
    [{ after: 'x' }, 'after'],
  ])('is refused for %j', async (page, argument) => {
    const { ann, group } = await scene();
    const { errors } = await chat.post(PinsDocument, { id: group, ...page }, ann);
    expect(refusals(errors)).toEqual([`BAD_USER_INPUT ${argument}`]);
  });

  it('shows nothing from before the viewer joined', async () => {
    const { ann, group, one } = await scene();
    await pin(ann, one.id);
    const [dan] = await chat.people('dan');
    await chat.ask(AddMembersDocument, { input: { groupId: group, userIds: [dan.id] } }, ann);
    expect(await pinned(dan, group)).toEqual([]);
    expect(refusals((await unpin(dan, one.id)).errors)).toEqual(['NOT_FOUND input.messageId']);
    expect(await pinned(ann, group)).toEqual([one.id]);
  });
});

describe('pinning', () => {
  it('is refused to a member whom the group’s policy excludes, until the policy allows it', async () => {
    const { ann, ben, group, one } = await scene();
    expect(refusals((await pin(ben, one.id)).errors)).toEqual(['FORBIDDEN input.messageId']);
    await pin(ann, one.id);
    expect(refusals((await unpin(ben, one.id)).errors)).toEqual(['FORBIDDEN input.messageId']);
    await chat.ask(UpdateGroupDocument, { input: { groupId: group, pinPolicy: 'EVERYONE' } }, ann);
    expect(refusals((await unpin(ben, one.id)).errors)).toEqual([]);
  });

  it('is allowed to both users in a direct conversation', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const direct = await chat.direct(ann, ben);
    const { id } = await chat.say(ann, direct, 'remember this');
    for (const [one, other] of [
      [ann, ben],
      [ben, ann],
    ] as const) {
      expect(refusals((await pin(one, id)).errors)).toEqual([]);
      expect(await pinned(other, direct)).toEqual([id]);
      expect(refusals((await unpin(other, id)).errors)).toEqual([]);
      expect(await pinned(one, direct)).toEqual([]);
    }
  });

  it('is refused beyond MAX_PINS', async () => {
    const { ann, one, two, three, four } = await scene();
    for (const { id } of [one, two, three]) await pin(ann, id);
    expect(refusals((await pin(ann, four.id)).errors)).toEqual(['LIMIT_REACHED input.messageId']);
    await unpin(ann, two.id);
    expect(refusals((await pin(ann, four.id)).errors)).toEqual([]);
  });

  it('is refused for ids of anything but messages, and for messages that the viewer does not see', async () => {
    const { ann, ben, group, one } = await scene();
    const [eve] = await chat.people('eve');
    for (const act of [pin, unpin]) {
      for (const messageId of ['x', '', group, ben.id, 'A'.repeat(10_000)]) {
        expect(refusals((await act(ann, messageId)).errors)).toEqual(['INVALID_INPUT input.messageId']);
      }
      expect(refusals((await act(eve, one.id)).errors)).toEqual(['NOT_FOUND input.messageId']);
    }
  });
});
