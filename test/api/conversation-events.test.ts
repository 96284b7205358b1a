import { expect, it } from 'vitest';
import { AddMembersDocument, LeaveGroupDocument, MarkReadDocument, RemoveMemberDocument } from '../support/generated/graphql.ts';
import { inWords, type Listening } from '../support/listening.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();

async function remove(as: Person, groupId: string, { id: userId }: Person): Promise<void> {
  await chat.ask(RemoveMemberDocument, { input: { groupId, userId } }, as);
}

/** The errors that end a subscription, with their extensions, and the events before them. */
async function refusedWith(events: Listening) {
  const { events: before, ending } = await events.end();
  const errors = ending.how === 'errors' ? ending.errors.map(({ message, extensions }) => ({ message, ...extensions })) : ending;
  return { before: before.map(inWords), errors };
}

it('a subscription without a position begins with the next entry', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.group(ann, ben);
  await chat.say(ann, id, 'before');
  const events = chat.listenTo(ben, id);
  expect(await events.next()).toMatchObject({ __typename: 'StreamReady', positions: [{ streamId: id, seq: 3 }] });
  await chat.say(ann, id, 'after');
  expect(inWords(await events.next())).toBe('MessageSent 4 after');
});

it('a subscription with a position first sends exactly the entries after it', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.group(ann, ben);
  await chat.sayAll(ann, id, ['one', 'two']);
  const events = chat.listenTo(ben, id, { after: 3 });
  expect((await events.ready()).map(inWords)).toEqual(['MessageSent 4 two', 'StreamReady']);
  const all = chat.listenTo(ben, id, { after: 0 });
  expect((await all.ready()).map(inWords)).toEqual([
    'MemberJoined 1',
    'MemberJoined 2',
    'MessageSent 3 one',
    'MessageSent 4 two',
    'StreamReady',
  ]);
});

it('a subscription misses and repeats nothing while others send', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.group(ann, ben);
  const sending = Promise.all(
    [ann, ben].map((sender) =>
      chat.sayAll(
        sender,
        id,
        Array.from({ length: 20 }, (_, n) => `message ${n}`),
      ),
    ),
  );
  const listenings = Array.from({ length: 5 }, () => chat.listenTo(ben, id, { after: 2 }));
  for (const events of listenings) {
    const heard = await events.until((event) => 'seq' in event && event.seq === 42);
    expect(heard.flatMap((event) => ('seq' in event ? [event.seq] : []))).toEqual(Array.from({ length: 40 }, (_, n) => n + 3));
  }
  await sending;
});

it('a subscription contains one conversation: nothing of other conversations, nothing of the account', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const [id, other] = [await chat.group(ann, ben), await chat.group(ann, ben)];
  const events = chat.listenTo(ben, id);
  await events.ready();
  await chat.say(ann, other, 'elsewhere');
  await chat.group(ann, ben);
  await chat.say(ann, id, 'here');
  expect(inWords(await events.next())).toBe('MessageSent 3 here');
});

it('a subscription shows the read markers of other members', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.group(ann, ben);
  const events = chat.listenTo(ann, id);
  await events.ready();
  await chat.ask(MarkReadDocument, { input: { conversationId: id, seq: 2 } }, ben);
  expect(await events.next()).toMatchObject({
    __typename: 'ReceiptMoved',
    conversation: { id },
    membership: { user: { id: ben.id }, readSeq: 2 },
  });
});

it('a subscription says ResyncRequired for a position that it cannot resume from, and continues', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.group(ann, ben);
  const [position] = (await chat.positions(ann)).filter(({ streamId }) => streamId === id);
  for (const [from, said] of [
    [{ after: 99 }, 'ResyncRequired POSITION_AHEAD 2'],
    [{ after: 2, epoch: 'another' }, 'ResyncRequired OTHER_EPOCH 2'],
  ] as const) {
    expect((await chat.listenTo(ben, id, from).ready()).map(inWords)).toEqual([said, 'StreamReady']);
  }
  const served = chat.listenTo(ben, id, { after: 1, epoch: given(position?.epoch, []) });
  expect((await served.ready()).map(inWords)).toEqual(['MemberJoined 2', 'StreamReady']);
  await remove(ann, id, ben);
  await chat.say(ann, id, 'while out');
  await chat.ask(AddMembersDocument, { input: { groupId: id, userIds: [ben.id] } }, ann);
  const rejoined = chat.listenTo(ben, id, { after: 2 });
  expect((await rejoined.ready()).map(inWords)).toEqual(['ResyncRequired REJOINED 4', 'MemberJoined 5', 'StreamReady']);
  await chat.say(ann, id, 'back in');
  expect(inWords(await rejoined.next())).toBe('MessageSent 6 back in');
});

it('a subscription ends with NOT_FOUND when the viewer is removed, and sends no later entries', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.group(ann, ben);
  const events = chat.listenTo(ben, id);
  await events.ready();
  await chat.say(ann, id, 'before');
  await remove(ann, id, ben);
  await chat.say(ann, id, 'after');
  expect(await refusedWith(events)).toMatchObject({ before: ['MessageSent 3 before'], errors: [{ code: 'NOT_FOUND' }] });
});

it('a subscription ends with NOT_FOUND when the viewer leaves', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.group(ann, ben);
  const events = chat.listenTo(ben, id);
  await events.ready();
  await chat.ask(LeaveGroupDocument, { input: { groupId: id } }, ben);
  expect(await refusedWith(events)).toMatchObject({ before: [], errors: [{ code: 'NOT_FOUND' }] });
});

it('a conversation of others, one that the viewer was removed from, one not yet shown and one that does not exist are the same NOT_FOUND', async () => {
  const [ann, ben, eve] = await chat.people('ann', 'ben', 'eve');
  const former = await chat.group(ann, ben);
  await remove(ann, former, ben);
  const others = await chat.group(ann, eve);
  const notShown = await chat.direct(ann, ben);
  const nowhere = Buffer.from('Conversation:9000000000').toString('base64url');
  const [absent, ...hidden] = await Promise.all(
    [nowhere, former, others, notShown].map((id) => refusedWith(chat.listenTo(ben, id, { after: 0 }))),
  );
  expect(absent).toMatchObject({ before: [], errors: [{ code: 'NOT_FOUND' }] });
  for (const refusal of hidden) expect(refusal).toEqual(absent);
});

it('a malformed argument is refused by its name', async () => {
  const [ann] = await chat.people('ann');
  const id = await chat.group(ann);
  for (const malformed of ['x', '', ann.id]) {
    expect(await refusedWith(chat.listenTo(ann, malformed))).toMatchObject({
      errors: [{ code: 'BAD_USER_INPUT', argument: ['conversationId'] }],
    });
  }
  expect(await refusedWith(chat.listenTo(ann, id, { after: -1 }))).toMatchObject({
    errors: [{ code: 'BAD_USER_INPUT', argument: ['after'] }],
  });
});
