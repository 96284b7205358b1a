import { expect, it } from 'vitest';
import { subscribe } from '../support/client.ts';
import {
  BlockUserDocument,
  LeaveGroupDocument,
  RemoveMemberDocument,
  SendSignalDocument,
  type SendSignalInput,
  SetRoleDocument,
} from '../support/generated/graphql.ts';
import type { Listening } from '../support/listening.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();

async function signal(as: Person, input: SendSignalInput) {
  return refusals((await chat.ask(SendSignalDocument, { input }, as)).sendSignal.errors);
}

async function ears(...people: readonly Person[]): Promise<readonly Listening[]> {
  const all = people.map((person) => chat.listen(person));
  await Promise.all(all.map((one) => one.ready()));
  return all;
}

/** The signals and events up to a message that is sent at the end, in words. */
async function heardUntil(one: Listening | undefined, text: string): Promise<readonly string[]> {
  const events = await given(one, []).until((event) => event.__typename === 'MessageSent' && event.messageEdge?.node.text === text);
  return events.map((event) => (event.__typename === 'SignalReceived' ? event.name : event.__typename));
}

it('a signal is sent to all subscribers, including the sender’s other devices', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.group(ann, ben);
  const desk = await chat.anotherDevice(ann);
  const all = [...(await ears(ann, desk, ben)), chat.listenTo(ben, id)];
  await Promise.all(all.slice(3).map((one) => one.ready()));
  expect(await signal(ann, { conversationId: id, name: 'call.ring', data: { call: 'c1', sdp: 'v=0\r\n' } })).toEqual([]);
  for (const one of all) {
    expect(await one.next()).toMatchObject({
      ...{ __typename: 'SignalReceived', signalConversationId: id, sender: { id: ann.id }, name: 'call.ring' },
      ...{ signalData: { call: 'c1', sdp: 'v=0\r\n' }, sentAt: expect.stringMatching(/^20\S+Z$/) },
    });
  }
});

it('a signal with recipients is sent to them and to the sender’s other devices only', async () => {
  const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
  const id = await chat.group(ann, ben, cat);
  const [desk, bens, cats] = await ears(await chat.anotherDevice(ann), ben, cat);
  await signal(ann, { conversationId: id, name: 'offer', recipientIds: [ben.id] });
  await signal(ann, { conversationId: id, name: 'answered', recipientIds: [] });
  await chat.say(ann, id, 'over');
  expect(await heardUntil(desk, 'over')).toEqual(['offer', 'answered', 'MessageSent']);
  expect(await heardUntil(bens, 'over')).toEqual(['offer', 'MessageSent']);
  expect(await heardUntil(cats, 'over')).toEqual(['MessageSent']);
});

it('a signal is not sent to devices that connect later, and is no entry', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.group(ann, ben);
  await signal(ann, { conversationId: id, name: 'missed' });
  const [bens] = await ears(ben);
  const { seq } = await chat.say(ann, id, 'later');
  expect(seq).toBe(3);
  expect(await heardUntil(bens, 'later')).toEqual(['MessageSent']);
});

it('many signals that one device sends on its socket without waiting arrive in order', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.group(ann, ben);
  const [bens] = await ears(ben);
  const client = chat.socket(ann);
  const names = Array.from({ length: 60 }, (_, n) => `n${n}`);
  const answers = names.map((name, n) => {
    const recipientIds = n % 5 === 0 ? Array<string>(50).fill(ben.id) : null;
    return subscribe(client, SendSignalDocument, { input: { conversationId: id, name, recipientIds } }).next();
  });
  expect((await Promise.all(answers)).map(({ value }) => value?.data?.sendSignal.errors)).toEqual(names.map(() => []));
  await chat.say(ann, id, 'over');
  expect(await heardUntil(bens, 'over')).toEqual([...names, 'MessageSent']);
});

it('a signal does not reach former members, and naming a user who is not a member is refused', async () => {
  const [ann, ben, dan] = await chat.people('ann', 'ben', 'dan');
  const [id, other] = [await chat.group(ann, ben, dan), await chat.group(ann, ben, dan)];
  const [bens, dans] = await ears(ben, dan);
  await chat.ask(RemoveMemberDocument, { input: { groupId: id, userId: ben.id } }, ann);
  await chat.ask(LeaveGroupDocument, { input: { groupId: id } }, dan);
  expect(await signal(ann, { conversationId: id, name: 'to-all' })).toEqual([]);
  expect(await signal(ann, { conversationId: id, name: 'to-him', recipientIds: [ben.id] })).toEqual(['NOT_FOUND input.recipientIds.0']);
  await chat.say(ann, other, 'over');
  const heard = await Promise.all([bens, dans].map((one) => heardUntil(one, 'over')));
  expect(heard.flat()).not.toContain('to-all');
  expect(await signal(ben, { conversationId: id, name: 'still-there' })).toEqual(['NOT_FOUND input.conversationId']);
});

it('a signal does not pass between two members of a group of whom one has blocked the other, and neither can tell from the answer', async () => {
  const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
  const id = await chat.group(ann, ben, cat);
  await chat.ask(BlockUserDocument, { input: { userId: cat.id } }, ann);
  const [anns, bens, cats] = await ears(ann, ben, cat);
  for (const [from, to] of [
    [ann, cat],
    [cat, ann],
  ] as const) {
    expect(await signal(from, { conversationId: id, name: 'to-all' })).toEqual([]);
    expect(await signal(from, { conversationId: id, name: 'to-one', recipientIds: [to.id] })).toEqual([]);
    expect(await signal(from, { conversationId: id, name: 'to-two', recipientIds: [to.id, ben.id] })).toEqual([]);
  }
  await chat.say(ben, id, 'over');
  // All devices of a sender get their signals.
  const own = ['to-all', 'to-one', 'to-two', 'MessageSent'];
  expect([await heardUntil(anns, 'over'), await heardUntil(cats, 'over')]).toEqual([own, own]);
  expect(await heardUntil(bens, 'over')).toEqual(['to-all', 'to-two', 'to-all', 'to-two', 'MessageSent']);
});

it('a signal in a direct conversation is refused like a message if one of the two has blocked the other', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const direct = await chat.direct(ann, ben);
  await chat.say(ann, direct, 'hello');
  const [bens] = await ears(ben);
  expect(await signal(ann, { conversationId: direct, name: 'ring' })).toEqual([]);
  expect(await bens?.next()).toMatchObject({ name: 'ring' });
  await chat.ask(BlockUserDocument, { input: { userId: ben.id } }, ann);
  expect(await signal(ann, { conversationId: direct, name: 'ring' })).toEqual(['BLOCKED input.conversationId']);
  expect(await signal(ben, { conversationId: direct, name: 'ring' })).toEqual(['NOT_CONTACTS input.conversationId']);
});

it('a signal is refused for a recipient id of anything but a user, by its position', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.group(ann, ben);
  await chat.ask(SetRoleDocument, { input: { groupId: id, userId: ben.id, role: 'ADMIN' } }, ann);
  expect(await signal(ben, { conversationId: id, name: 'ring', recipientIds: [ann.id, id] })).toEqual([
    'INVALID_INPUT input.recipientIds.1',
  ]);
});
