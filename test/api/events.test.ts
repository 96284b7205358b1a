import { describe, expect, it } from 'vitest';
import { subscribeOverHttp } from '../gateway/http.ts';
import {
  AddMembersDocument,
  ConversationStateDocument,
  LeaveGroupDocument,
  MarkReadDocument,
  type PositionInput,
  RemoveMemberDocument,
  SendMessageDocument,
  UpdateProfileDocument,
} from '../support/generated/graphql.ts';
import { type EventName, inWords } from '../support/listening.ts';
import { rawId, rawSql } from '../support/raw-sql.ts';
import { given, type Person, type World, world } from '../support/world.ts';

function actsOn(chat: World) {
  return {
    add: (as: Person, groupId: string, ...people: readonly Person[]) =>
      chat.ask(AddMembersDocument, { input: { groupId, userIds: people.map(({ id }) => id) } }, as),
    remove: (as: Person, groupId: string, { id: userId }: Person) => chat.ask(RemoveMemberDocument, { input: { groupId, userId } }, as),
    leave: (as: Person, groupId: string) => chat.ask(LeaveGroupDocument, { input: { groupId } }, as),
    read: (as: Person, conversationId: string, seq: number) => chat.ask(MarkReadDocument, { input: { conversationId, seq } }, as),
    /** Makes the user’s account stream append an entry. Everything that was to come before it has come by then. */
    tap: (person: Person) => chat.ask(UpdateProfileDocument, { input: { bio: crypto.randomUUID() } }, person),
  };
}

const numbers = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `message ${n}`);

describe('a subscription to everything', () => {
  const chat = world();
  const { add, remove, leave, read, tap } = actsOn(chat);

  it('starts with StreamReady, which has the head of every stream, as the viewer’s positions do', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    await chat.say(ann, await chat.group(ann, ben), 'hello');
    await chat.direct(ann, ben);
    const ready = await chat.listen(ann).next();
    expect(ready).toMatchObject({ __typename: 'StreamReady' });
    const positions = await chat.positions(ann);
    // The account, two conversations and the server’s stream.
    expect(positions.length).toBe(4);
    expect(new Set('positions' in ready ? ready.positions : [])).toEqual(new Set(positions));
  });

  it('shows the sender and the conversation of a message, with the cursor that the message has in lists', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    const question = await chat.say(ann, id, 'a question');
    const events = chat.listen(ann);
    await events.ready();
    const input = { conversationId: id, clientMessageId: 'an id', text: 'an answer', replyToId: question.id };
    const { sendMessage } = await chat.ask(SendMessageDocument, { input }, ben);
    const edge = given(sendMessage.messageEdge, sendMessage.errors);
    expect(await events.next()).toMatchObject({
      ...{ __typename: 'MessageSent', streamId: id, seq: 4, at: edge.node.sentAt, actor: { id: ben.id }, conversation: { id } },
      messageEdge: {
        cursor: edge.cursor,
        node: {
          ...{ id: edge.node.id, seq: 4, text: 'an answer', clientMessageId: 'an id', sender: { id: ben.id } },
          replyTo: { id: question.id, text: 'a question' },
        },
      },
    });
  });

  it('shows each subscriber their own counts and markers', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const id = await chat.group(ann, ben, cat);
    await chat.say(ann, id, 'one');
    await read(ben, id, 4);
    const query =
      'subscription { events { ... on MessageSent { conversation { lastSeq viewerReadSeq viewerUnreadCount messages(last: 1) { edges { node { seq } } } } } } }';
    const clients = [ann, ben, cat].map((person) => chat.socket(person).iterate({ query }));
    await Promise.all(clients.map((results) => results.next()));
    await chat.say(ann, id, 'two');
    const seen = await Promise.all(clients.map(async (results) => (await results.next()).value));
    const lists = { lastSeq: 5, messages: { edges: [{ node: { seq: 5 } }] } };
    expect(seen).toEqual(
      [
        { viewerReadSeq: 5, viewerUnreadCount: 0, ...lists },
        { viewerReadSeq: 4, viewerUnreadCount: 1, ...lists },
        { viewerReadSeq: 0, viewerUnreadCount: 2, ...lists },
      ].map((conversation) => ({ data: { events: { conversation } } })),
    );
  });

  it('works over HTTP as over a socket', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    const query = 'subscription { events { __typename ... on LogEvent { streamId seq } } }';
    const events = await subscribeOverHttp(chat.url, query, { authorization: `Bearer ${ann.token}` });
    expect(await events.next()).toEqual({ data: { events: { __typename: 'StreamReady' } } });
    await chat.sayAll(ben, id, ['one', 'two']);
    for (const seq of [3, 4]) expect(await events.next()).toEqual({ data: { events: { __typename: 'MessageSent', streamId: id, seq } } });
    await events.cancel();
  });

  it('delivers concurrent messages once, in the order of the log, the same to everybody', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const id = await chat.group(ann, ben, cat);
    const listenings = [chat.listen(ann), chat.listen(ben), chat.listen(cat)];
    await Promise.all(listenings.map((events) => events.ready()));
    await Promise.all([ann, ben, cat].map((sender) => chat.sayAll(sender, id, numbers(20))));
    const heard = await Promise.all(listenings.map((events) => events.until((event) => 'seq' in event && event.seq === 63)));
    const [first] = heard;
    expect(first?.map((event) => ('seq' in event ? event.seq : null))).toEqual(Array.from({ length: 60 }, (_, n) => n + 4));
    for (const events of heard) expect(events.map(inWords)).toEqual(first?.map(inWords));
  });

  it('from positions, first sends exactly the entries of each stream after its position', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const [group, direct] = [await chat.group(ann, ben), await chat.direct(ann, ben)];
    const before = await chat.positions(ann);
    await chat.sayAll(ann, group, ['one', 'two']);
    await chat.say(ann, direct, 'three');
    await tap(ann);
    const missed = (await chat.listen(ann, before).ready()).map(inWords);
    expect(missed.toSorted()).toEqual(['MessageSent 1 three', 'MessageSent 3 one', 'MessageSent 4 two', 'StreamReady', 'ViewerChanged 4']);
    expect(missed.indexOf('MessageSent 3 one')).toBeLessThan(missed.indexOf('MessageSent 4 two'));
    // With an explicit null for what is unknown, and one position in the middle.
    const later = before.map((position) => ({ ...position, seq: position.streamId === group ? 3 : 1, epoch: null, readSeq: null }));
    const words = (await chat.listen(ann, later).ready()).map(inWords);
    expect(words.filter((word) => word.startsWith('MessageSent'))).toEqual(['MessageSent 4 two']);
  });

  it('misses and repeats nothing at the cut-over from catch-up to live', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    const before = await chat.positions(ben);
    const sending = chat.sayAll(ann, id, numbers(40));
    const heard = await Promise.all(
      Array.from({ length: 5 }, () => chat.listen(ben, before).until((event) => 'seq' in event && event.seq === 42)),
    );
    await sending;
    for (const events of heard) {
      const seqs = events.flatMap((event) => (event.__typename === 'MessageSent' ? [event.seq] : []));
      expect(seqs).toEqual(Array.from({ length: 40 }, (_, n) => n + 3));
      expect(events.filter(({ __typename }) => __typename === 'StreamReady').length).toBe(1);
    }
  });

  it('starts a stream without a position at its head', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    await chat.say(ann, id, 'before');
    const account = (await chat.positions(ann)).filter(({ streamId }) => streamId === ann.id);
    const events = chat.listen(ann, account);
    expect((await events.ready()).map(inWords)).toEqual(['StreamReady']);
    await chat.say(ann, id, 'after');
    expect(inWords(await events.next())).toBe('MessageSent 4 after');
  });

  it('without positions, or with null for them, starts with the next entry', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    await chat.say(ann, id, 'before');
    const events = chat.listen(ann, []);
    expect((await events.ready()).map(inWords)).toEqual(['StreamReady']);
    const client = chat.socket(ann);
    const nulled = client.iterate({
      query: 'subscription ($after: [PositionInput!]) { events(after: $after) { __typename } }',
      variables: { after: null },
    });
    expect((await nulled.next()).value).toEqual({ data: { events: { __typename: 'StreamReady' } } });
  });

  it('shows joins and leaves', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann);
    const events = chat.listen(ann);
    await events.ready();
    await add(ann, id, ben);
    const member = given((await chat.ask(ConversationStateDocument, { id }, ben)).conversation?.viewerMembership, []).id;
    await leave(ben, id);
    expect(await events.next()).toMatchObject({
      __typename: 'MemberJoined',
      streamId: id,
      seq: 2,
      actor: { id: ann.id },
      user: { id: ben.id },
    });
    expect(await events.next()).toMatchObject({
      ...{ __typename: 'MemberLeft', streamId: id, seq: 3, actor: { id: ben.id }, user: { id: ben.id } },
      ...{ membershipId: member, leaveReason: 'LEFT' },
    });
    await add(ann, id, ben);
    await remove(ann, id, ben);
    await events.next();
    expect(await events.next()).toMatchObject({ actor: { id: ann.id }, leaveReason: 'REMOVED' });
  });
});

describe('an opened conversation', () => {
  const chat = world();
  const { add, remove, tap } = actsOn(chat);

  it('comes before its own events, which start at the position that it names', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const id = await chat.group(ann, ben);
    await chat.sayAll(ann, id, ['one', 'two']);
    const [atBens, atCats] = [chat.listen(ben), chat.listen(cat)];
    await Promise.all([atBens.ready(), atCats.ready()]);
    await add(ann, id, cat);
    await chat.say(ann, id, 'welcome');
    const [opened, ...rest] = await atCats.until(({ __typename }) => __typename === 'MessageSent');
    expect(opened).toMatchObject({
      ...{ __typename: 'ConversationOpened', streamId: cat.id, seq: 2, position: { streamId: id, seq: 4 } },
      conversationEdge: { node: { id } },
    });
    expect(rest.map(inWords)).toEqual(['MemberJoined 5', 'MessageSent 6 welcome']);
    expect((await atBens.until(({ __typename }) => __typename === 'MessageSent')).map(inWords)).toEqual([
      'MemberJoined 5',
      'MessageSent 6 welcome',
    ]);
  });

  it('comes to all devices of the user who opened it', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const desk = await chat.anotherDevice(ann);
    const events = chat.listen(desk);
    await events.ready();
    const id = await chat.group(ann, ben);
    expect((await events.until((event) => 'seq' in event && event.streamId === id && event.seq === 2)).map(inWords)).toEqual([
      ...['ConversationOpened 3 at 0', 'MemberJoined 1', 'MemberJoined 2'],
    ]);
  });

  it('comes with all its entries if the viewer was away when it was opened', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const before = await chat.positions(ben);
    const id = await chat.group(ann, ben);
    await chat.say(ann, id, 'hello');
    const events = chat.listen(ben, before);
    const words = ['ConversationOpened 2 at 0', 'MemberJoined 1', 'MemberJoined 2', 'MessageSent 3 hello', 'StreamReady'];
    expect((await events.ready()).map(inWords)).toEqual(words);
    await chat.say(ann, id, 'hello again');
    expect(inWords(await events.next())).toBe('MessageSent 4 hello again');
  });

  it('starts at the client’s position, if the client has one for it', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const before = await chat.positions(ben);
    const id = await chat.group(ann, ben);
    await chat.sayAll(ann, id, ['one', 'two']);
    const events = chat.listen(ben, [...before, { streamId: id, seq: 3 }]);
    expect((await events.ready()).map(inWords)).toEqual(['ConversationOpened 2 at 0', 'MessageSent 4 two', 'StreamReady']);
  });

  it('that was also closed while the viewer was away comes without its entries', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const before = await chat.positions(ben);
    const id = await chat.group(ann, ben);
    await chat.say(ann, id, 'hello');
    await remove(ann, id, ben);
    const replayed = await chat.listen(ben, before).ready();
    expect(replayed.map(inWords)).toEqual(['ConversationOpened 2 at 0', 'ConversationClosed 3 REMOVED', 'StreamReady']);
    expect(replayed[0]).toMatchObject({ conversationEdge: null });
  });

  it('is attached once: opened, closed and opened again while the viewer was away, it starts with the last stay', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const before = await chat.positions(ben);
    const id = await chat.group(ann, ben);
    await remove(ann, id, ben);
    await chat.say(ann, id, 'while out');
    await add(ann, id, ben);
    await chat.say(ann, id, 'back in');
    const events = chat.listen(ben, before);
    const replayed = (await events.ready()).map(inWords);
    expect(replayed).toEqual([
      ...['ConversationOpened 2 at 0', 'ConversationClosed 3 REMOVED', 'ConversationOpened 4 at 4'],
      ...['MemberJoined 5', 'MessageSent 6 back in', 'StreamReady'],
    ]);
    await chat.say(ann, id, 'live');
    await tap(ben);
    const live = await events.until(({ __typename }) => __typename === 'ViewerChanged');
    expect(live.map(inWords)).toEqual(['MessageSent 7 live', 'ViewerChanged 5']);
  });
});

describe('a member who is removed', () => {
  const chat = world();
  const { add, remove, leave, tap } = actsOn(chat);

  it('gets nothing more of the conversation, not even the entry of the removal, and only ConversationClosed on the account', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    const events = chat.listen(ben);
    await events.ready();
    await chat.say(ann, id, 'before');
    await remove(ann, id, ben);
    await chat.say(ann, id, 'after');
    await tap(ben);
    const heard = await events.until(({ __typename }) => __typename === 'ViewerChanged');
    expect(heard.map(inWords)).toEqual(['MessageSent 3 before', 'ConversationClosed 3 REMOVED', 'ViewerChanged 4']);
    expect(heard[1]).toMatchObject({ streamId: ben.id, conversationId: id, leaveReason: 'REMOVED' });
  });

  it('gets every entry before the removal and none after it, while others send', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const id = await chat.group(ann, ben, cat);
    const [atBens, atCats] = [chat.listen(ben), chat.listen(cat)];
    await Promise.all([atBens.ready(), atCats.ready()]);
    const sending = Promise.all([ann, cat].map((sender) => chat.sayAll(sender, id, numbers(25))));
    await chat.say(ann, id, 'now');
    await remove(ann, id, ben);
    await sending;
    const all = await atCats.until((event) => 'seq' in event && event.streamId === id && event.seq === 3 + 52);
    const end = all.findIndex(({ __typename }) => __typename === 'MemberLeft');
    expect(end).toBeGreaterThan(0);
    const upToThere = await atBens.until((event) => 'seq' in event && event.streamId === id && event.seq === 3 + end);
    await tap(ben);
    const heard = [...upToThere, ...(await atBens.until(({ __typename }) => __typename === 'ViewerChanged'))];
    const heardThere = heard.filter((event) => 'streamId' in event && event.streamId === id);
    expect(heardThere.map(inWords)).toEqual(all.slice(0, end).map(inWords));
    expect(heard.filter(({ __typename }) => __typename === 'ConversationClosed').length).toBe(1);
  });

  it('and added again continues from the new joining in the same subscription, without the entries between', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    const events = chat.listen(ben);
    await events.ready();
    await remove(ann, id, ben);
    await chat.say(ann, id, 'while out');
    await add(ann, id, ben);
    await chat.say(ann, id, 'back in');
    const heard = await events.until(({ __typename }) => __typename === 'MessageSent');
    expect(heard.map(inWords)).toEqual([
      ...['ConversationClosed 3 REMOVED', 'ConversationOpened 4 at 4', 'MemberJoined 5', 'MessageSent 6 back in'],
    ]);
  });

  it('by leaving gets ConversationClosed on every device', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const desk = await chat.anotherDevice(ben);
    const id = await chat.group(ann, ben);
    const events = chat.listen(desk);
    await events.ready();
    await leave(ben, id);
    expect((await events.until(({ __typename }) => __typename === 'ConversationClosed')).map(inWords)).toEqual([
      'ConversationClosed 4 LEFT',
    ]);
  });
});

describe('own read markers', () => {
  const chat = world();
  const { read } = actsOn(chat);

  it('come before StreamReady where the client’s position has an older one, and only there', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const groups = [await chat.group(ann, ben), await chat.group(ann, ben), await chat.group(ann, ben)];
    for (const id of groups) await chat.say(ann, id, 'hello');
    await read(ben, given(groups[0], []), 3);
    await read(ben, given(groups[1], []), 3);
    const readSeqs = [0, 3, undefined];
    const positions: readonly PositionInput[] = groups.map((streamId, n) => {
      const readSeq = readSeqs[n];
      return { streamId, seq: 3, ...(readSeq !== undefined && { readSeq }) };
    });
    const replayed = await chat.listen(ben, positions).ready();
    expect(replayed).toMatchObject([
      {
        __typename: 'ViewerMarkersMoved',
        conversation: { id: groups[0], viewerReadSeq: 3, viewerUnreadCount: 0 },
        unread: { messages: 1, conversations: 1 },
      },
      { __typename: 'StreamReady' },
    ]);
  });
});

describe('a position that cannot be resumed from', () => {
  const chat = world({ MAX_GAP: '5' });
  const { add, remove } = actsOn(chat);

  /** The first events of a subscription from these positions. Also checks that the group’s next message follows them. */
  async function served(ann: Person, ben: Person, id: string, after: readonly PositionInput[]): Promise<readonly string[]> {
    const events = chat.listen(ben, after);
    const first = (await events.ready()).map(inWords);
    await chat.say(ann, id, 'live');
    expect(inWords(await events.next())).toMatch(/^MessageSent \d+ live$/);
    return first;
  }

  it('is GONE if the stream is not, or never was, the viewer’s', async () => {
    const [ann, ben, eve] = await chat.people('ann', 'ben', 'eve');
    const id = await chat.group(ann, ben);
    const former = await chat.group(ann, ben);
    await remove(ann, former, ben);
    const others = await chat.group(ann, eve);
    const notShown = await chat.direct(ann, ben);
    const nowhere = Buffer.from('Conversation:9000000000').toString('base64url');
    const gone = [former, others, notShown, nowhere, eve.id];
    const events = chat.listen(ben, [...gone.map((streamId) => ({ streamId, seq: 1 })), { streamId: id, seq: 2 }]);
    const said = await events.ready();
    const told = said.map((event) =>
      event.__typename === 'ResyncRequired' ? [event.resyncStreamId, event.resyncReason, event.lastSeq] : event.__typename,
    );
    expect(new Set(told)).toEqual(new Set([...gone.map((streamId) => [streamId, 'GONE', null]), 'StreamReady']));
    await chat.say(ann, id, 'live');
    expect(inWords(await events.next())).toBe('MessageSent 3 live');
  });

  it('is ahead of the head, of another epoch or too far back, and the other streams are resumed', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    const other = await chat.group(ann, ben);
    await chat.say(ann, other, 'hello');
    const served3 = { streamId: other, seq: 2 };
    expect(await served(ann, ben, id, [{ streamId: id, seq: 99 }, served3])).toEqual([
      ...['ResyncRequired POSITION_AHEAD 2', 'MessageSent 3 hello', 'StreamReady'],
    ]);
    expect(await served(ann, ben, id, [{ streamId: id, seq: 2, epoch: 'another' }, served3])).toEqual([
      ...['ResyncRequired OTHER_EPOCH 3', 'MessageSent 3 hello', 'StreamReady'],
    ]);
    await chat.sayAll(ann, id, numbers(5));
    expect(await served(ann, ben, id, [{ streamId: id, seq: 3 }, served3])).toEqual([
      ...['ResyncRequired GAP_TOO_LARGE 9', 'MessageSent 3 hello', 'StreamReady'],
    ]);
    expect((await served(ann, ben, id, [{ streamId: id, seq: 5 }])).length).toBe(5 + 1);
  });

  it('is too old if the entries after it were trimmed', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    await chat.say(ann, id, 'hello');
    await using sql = await rawSql(chat.stores);
    await sql.run(`DELETE FROM Entry WHERE streamId = ${rawId(id)} AND seq <= 2`, `UPDATE Stream SET floorSeq = 2 WHERE id = ${rawId(id)}`);
    expect(await served(ann, ben, id, [{ streamId: id, seq: 1 }])).toEqual(['ResyncRequired POSITION_TOO_OLD 3', 'StreamReady']);
    expect(await served(ann, ben, id, [{ streamId: id, seq: 2 }])).toEqual(['MessageSent 3 hello', 'MessageSent 4 live', 'StreamReady']);
  });

  it('is before the viewer rejoined: entries from between are not for the viewer', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    const position = { streamId: id, seq: 2 };
    await remove(ann, id, ben);
    await chat.say(ann, id, 'while out');
    await add(ann, id, ben);
    expect(await served(ann, ben, id, [position])).toEqual(['ResyncRequired REJOINED 4', 'MemberJoined 5', 'StreamReady']);
  });

  it('in the account’s stream is reported like any other', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    expect(await served(ann, ben, id, [{ streamId: ben.id, seq: 99 }])).toEqual(['ResyncRequired POSITION_AHEAD 2', 'StreamReady']);
    expect(await served(ann, ben, id, [{ streamId: ben.id, seq: 2, epoch: 'another' }])).toEqual([
      'ResyncRequired OTHER_EPOCH 2',
      'StreamReady',
    ]);
  });

  it.each<readonly [string, PositionInput]>([
    ['after.1.streamId', { streamId: 'x', seq: 1 }],
    ['after.1.streamId', { streamId: '', seq: 1 }],
    ['after.1.streamId', { streamId: Buffer.from('Message:1:1').toString('base64url'), seq: 1 }],
    ['after.1.seq', { streamId: Buffer.from('Conversation:1').toString('base64url'), seq: -1 }],
    ['after.1.readSeq', { streamId: Buffer.from('Conversation:1').toString('base64url'), seq: 1, readSeq: -1 }],
  ])('with a malformed %s refuses the whole subscription', async (argument, position) => {
    const [ann] = await chat.people('ann');
    const { events, ending } = await chat.listen(ann, [{ streamId: ann.id, seq: 1 }, position]).end();
    expect(events).toEqual([]);
    expect(ending).toMatchObject({ how: 'errors', errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: argument.split('.') } }] });
  });
});

describe('many positions', () => {
  const chat = world({ MAX_POSITIONS: '5000' });

  function absent(count: number): readonly PositionInput[] {
    const rest = { seq: 123_456_789, epoch: 'x'.repeat(22), readSeq: 123_456_789 };
    return Array.from({ length: count }, (_, n) => ({
      streamId: Buffer.from(`Conversation:${9_000_000_000 + n}`).toString('base64url'),
      ...rest,
    }));
  }

  it('are resumed from, 5,000 of them', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    await chat.say(ann, id, 'hello');
    const events = await chat.listen(ben, [...absent(2_500), { streamId: id, seq: 2 }, ...absent(4_999).slice(2_500)]).ready();
    const count = (name: EventName) => events.filter(({ __typename }) => __typename === name).length;
    expect([count('ResyncRequired'), count('MessageSent'), count('StreamReady')]).toEqual([4_999, 1, 1]);
  });

  it('are refused beyond MAX_POSITIONS', async () => {
    const [ann] = await chat.people('ann');
    const { ending } = await chat.listen(ann, absent(5_001)).end();
    expect(ending).toMatchObject({ how: 'errors', errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: ['after'] } }] });
  });
});

describe('an entry of a later release', () => {
  const chat = world();

  it('is shown as EntryHidden, live and in catch-up, and is left out of lists', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    const before = await chat.positions(ben);
    const events = chat.listen(ben);
    await events.ready();
    await using sql = await rawSql(chat.stores);
    await sql.run(
      `INSERT INTO Entry (streamId, seq, type, version, actorId, data, timeline, at)
       SELECT streamId, 3, 'FromTheFuture', 99, actorId, '{}', timeline, at FROM Entry WHERE streamId = ${rawId(id)} AND seq = 1`,
      `UPDATE Stream SET lastSeq = 3 WHERE id = ${rawId(id)}`,
    );
    await chat.say(ann, id, 'hello');
    const words = ['EntryHidden 3', 'MessageSent 4 hello'];
    expect((await events.until(({ __typename }) => __typename === 'MessageSent')).map(inWords)).toEqual(words);
    expect((await chat.listen(ben, before).ready()).map(inWords)).toEqual([...words, 'StreamReady']);
    const query = `{ conversation(id: "${id}") { events(afterSeq: 0) { edges { node { seq } } } timeline { edges { node { seq } } } } }`;
    const client = chat.socket(ben);
    const { value } = await client.iterate({ query }).next();
    const seqs = [1, 2, 4].map((seq) => ({ node: { seq } }));
    expect(value).toEqual({ data: { conversation: { events: { edges: seqs }, timeline: { edges: seqs } } } });
  });
});
