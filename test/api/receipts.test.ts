import { describe, expect, it } from 'vitest';
import {
  AddMembersDocument,
  LeaveGroupDocument,
  MarkDeliveredDocument,
  MarkReadDocument,
  ReceiptsDocument,
  type ReceiptsQueryVariables,
  UpdateSettingsDocument,
} from '../support/generated/graphql.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world({ RECEIPT_MEMBERS: '3' });

async function read(as: Person, conversationId: string, seq: number): Promise<void> {
  given(...settled((await chat.ask(MarkReadDocument, { input: { conversationId, seq } }, as)).markRead));
}

async function deliver(as: Person, conversationId: string, seq: number): Promise<void> {
  given(...settled((await chat.ask(MarkDeliveredDocument, { input: { conversationId, seq } }, as)).markDelivered));
}

async function show(as: Person, readReceipts: boolean): Promise<void> {
  const { updateSettings } = await chat.ask(UpdateSettingsDocument, { input: { readReceipts } }, as);
  given(updateSettings.viewer, updateSettings.errors);
}

function settled({ conversation, errors }: { readonly conversation?: object | null; readonly errors: readonly object[] }) {
  return [conversation, errors] as const;
}

async function conversationOf(as: Person, id: string, page: Omit<ReceiptsQueryVariables, 'id'> = {}) {
  return given((await chat.ask(ReceiptsDocument, { id, ...page }, as)).conversation, []);
}

/** The receipts of a conversation as a user sees them, with names in place of ids. */
async function shown(as: Person, id: string, people: Readonly<Record<string, Person>>) {
  const { deliveredToAllSeq, readByAllSeq, members, messages } = await conversationOf(as, id);
  const name = (userId: string) => Object.keys(people).find((key) => people[key]?.id === userId) ?? '?';
  return {
    all: [deliveredToAllSeq, readByAllSeq],
    members: Object.fromEntries(members.edges.map(({ node }) => [name(node.user.id), [node.deliveredSeq, node.readSeq]])),
    messages: messages.edges.map(({ node }) =>
      [node.delivery, ...node.receipts.edges.map((edge) => name(edge.node.user.id)).toSorted()].join(' '),
    ),
  };
}

describe('the delivery of a message', () => {
  it('looks the same to all members: sent, delivered to all others, read by all others, and by whom', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const people = { ann, ben, cat };
    const id = await chat.group(ann, ben, cat);
    await chat.sayAll(ann, id, ['one', 'two']);
    await deliver(ben, id, 5);
    await read(ben, id, 4);
    await deliver(cat, id, 4);
    for (const viewer of [ann, ben, cat]) {
      expect(await shown(viewer, id, people)).toEqual({
        all: [4, 0],
        members: { ann: [5, 5], ben: [5, 4], cat: [4, 0] },
        messages: ['DELIVERED ben', 'SENT'],
      });
    }
    await read(cat, id, 5);
    // Ben has not read the second message, and his own message does not change that.
    await chat.say(ben, id, 'three');
    expect(await shown(cat, id, people)).toEqual({
      all: [5, 4],
      members: { ann: [5, 5], ben: [6, 4], cat: [5, 5] },
      messages: ['READ ben cat', 'DELIVERED cat', 'SENT'],
    });
    await read(ann, id, 6);
    await read(ben, id, 5);
    await read(cat, id, 6);
    expect(await shown(ben, id, people)).toMatchObject({ all: [6, 6], messages: ['READ ben cat', 'READ ben cat', 'READ ann cat'] });
  });

  it('does not count members who joined later or have left', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const people = { ann, ben, cat };
    const id = await chat.group(ann, ben);
    await chat.say(ann, id, 'before');
    await read(ben, id, 3);
    await chat.ask(AddMembersDocument, { input: { groupId: id, userIds: [cat.id] } }, ann);
    await chat.say(ann, id, 'after');
    await read(cat, id, 5);
    expect(await shown(ann, id, people)).toMatchObject({ all: [3, 3], messages: ['READ ben', 'SENT cat'] });
    await chat.ask(LeaveGroupDocument, { input: { groupId: id } }, ben);
    expect(await shown(ann, id, people)).toMatchObject({ all: [5, 5], messages: ['READ', 'READ cat'] });
  });

  it('of a direct conversation starts with its first message, and is READ at once in a conversation with oneself', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.direct(ann, ben);
    expect(await shown(ann, id, { ann, ben })).toEqual({ all: [0, 0], members: { ann: [0, 0], ben: [0, 0] }, messages: [] });
    await chat.say(ann, id, 'hello');
    await read(ben, id, 1);
    await chat.say(ben, id, 'hello');
    expect(await shown(ann, id, { ann, ben })).toMatchObject({ all: [1, 1], messages: ['READ ben', 'SENT'] });
    const diary = await chat.direct(ann, ann);
    await chat.say(ann, diary, 'dear diary');
    expect(await shown(ann, diary, { ann })).toMatchObject({ all: [1, 1], messages: ['READ'] });
  });

  it('lists its receipts in pages, in the order and with the cursors of the members', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const id = await chat.group(ann, ben, cat);
    await chat.say(ann, id, 'read by all');
    for (const reader of [cat, ben]) await read(reader, id, 4);
    const { members } = await conversationOf(ann, id);
    const receipts = async (page: Omit<ReceiptsQueryVariables, 'id'>) =>
      given((await conversationOf(ann, id, page)).messages.edges[0], []).node.receipts;
    const whole = await receipts({});
    expect(whole.edges.map(({ node }) => node.user.id).toSorted()).toEqual([ben.id, cat.id].toSorted());
    const order = members.edges.flatMap(({ cursor, node }) =>
      node.user.id === ann.id ? [] : [{ cursor, node: { id: node.id, user: node.user, readSeq: 4 } }],
    );
    expect(whole).toEqual({
      totalCount: 2,
      edges: order,
      pageInfo: { hasNextPage: false, hasPreviousPage: false, endCursor: order[1]?.cursor },
    });
    expect(await receipts({ first: 1 })).toEqual({
      totalCount: 2,
      edges: order.slice(0, 1),
      pageInfo: { hasNextPage: true, hasPreviousPage: false, endCursor: order[0]?.cursor },
    });
    expect(await receipts({ first: 1, after: order[0]?.cursor ?? '' })).toEqual({
      totalCount: 2,
      edges: order.slice(1),
      pageInfo: { hasNextPage: false, hasPreviousPage: true, endCursor: order[1]?.cursor },
    });
    const refused = await chat.post(ReceiptsDocument, { id, after: 'x' }, ann);
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('is hidden in a group larger than RECEIPT_MEMBERS, and shown again once the group is smaller', async () => {
    const [ann, ben, cat, dan] = await chat.people('ann', 'ben', 'cat', 'dan');
    const people = { ann, ben, cat, dan };
    const id = await chat.group(ann, ben, cat, dan);
    await chat.say(ann, id, 'to many');
    const atAnns = chat.listenTo(ann, id);
    await atAnns.ready();
    await deliver(ben, id, 5);
    for (const reader of [ben, cat]) await read(reader, id, 5);
    const nothing = [null, null];
    expect(await shown(ben, id, people)).toEqual({
      all: nothing,
      members: { ann: nothing, ben: nothing, cat: nothing, dan: nothing },
      messages: ['SENT'],
    });
    await chat.ask(LeaveGroupDocument, { input: { groupId: id } }, dan);
    expect(await shown(ann, id, people)).toMatchObject({ all: [5, 5], messages: ['READ ben cat'] });
    // The markers that moved before were not sent.
    expect((await atAnns.until(({ __typename }) => __typename === 'MemberLeft')).map(({ __typename }) => __typename)).toEqual([
      'MemberLeft',
    ]);
  });
});

describe('a user who turns read receipts off', () => {
  it('is not shown as a reader to anybody, and still sees their own read marker', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const people = { ann, ben, cat };
    const id = await chat.group(ann, ben, cat);
    await chat.say(ann, id, 'read by all');
    for (const reader of [ben, cat]) await read(reader, id, 4);
    const [atAnns, atCats] = [chat.listenTo(ann, id), chat.listen(cat)];
    await Promise.all([atAnns.ready(), atCats.ready()]);
    await show(cat, false);
    // All members who show receipts get an event, so that they forget what they have.
    const hidden = {
      conversation: { id, deliveredToAllSeq: null, readByAllSeq: null },
      membership: { user: { id: cat.id }, deliveredSeq: null, readSeq: null },
    };
    expect(await atAnns.nextOf('ReceiptMoved')).toMatchObject(hidden);
    for (const viewer of [ann, ben, cat]) {
      expect(await shown(viewer, id, people)).toEqual({
        all: [null, null],
        members: { ann: [4, 4], ben: [4, 4], cat: [null, null] },
        messages: ['SENT ben'],
      });
    }
    const { seq } = await chat.say(ann, id, 'read in private');
    await read(cat, id, seq);
    expect(await atCats.nextOf('ViewerMarkersMoved')).toMatchObject({ conversation: { id, viewerReadSeq: seq, viewerUnreadCount: 0 } });
    await show(cat, true);
    const told = await atAnns.until(({ __typename }) => __typename === 'ReceiptMoved');
    expect(told.map(({ __typename }) => __typename)).toEqual(['MessageSent', 'ReceiptMoved']);
    expect(told.at(-1)).toMatchObject({
      conversation: { id, deliveredToAllSeq: 4, readByAllSeq: 4 },
      membership: { user: { id: cat.id }, deliveredSeq: seq, readSeq: seq },
    });
  });
});
