import { describe, expect, it } from 'vitest';
import { LeaveGroupDocument, RemoveMemberDocument, SetTypingDocument } from '../support/generated/graphql.ts';
import type { Listening } from '../support/listening.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

// In one world typing expires within the test. In the other it ends otherwise, long before it expires.
const brief = world({ TYPING_MS: '300' });
const lasting = world({ TYPING_MS: '60000' });

type Chat = typeof brief;

async function type(chat: Chat, as: Person, conversationId: string, typing = true): Promise<void> {
  expect((await chat.ask(SetTypingDocument, { input: { conversationId, typing } }, as)).setTyping).toEqual({ errors: [] });
}

function typing(conversationId: string, { id }: Person, isTyping: boolean) {
  return { __typename: 'TypingChanged', typingConversationId: conversationId, user: { id }, typing: isTyping };
}

async function listening(chat: Chat, ...people: readonly Person[]): Promise<readonly Listening[]> {
  const all = people.map((person) => chat.listen(person));
  await Promise.all(all.map((one) => one.ready()));
  return all;
}

/** The typing and other events up to a message that is sent at the end, in words. */
async function heardUntil(one: Listening | undefined, text: string): Promise<readonly string[]> {
  const events = await given(one, []).until((event) => event.__typename === 'MessageSent' && event.messageEdge?.node.text === text);
  return events.map((event) => (event.__typename === 'TypingChanged' ? `typing ${event.typing}` : event.__typename));
}

describe('a user who is typing', () => {
  it('is shown to others until they stop, or until it expires', async () => {
    const [ann, ben] = await brief.people('ann', 'ben');
    const id = await brief.group(ann, ben);
    const [atBens] = await listening(brief, ben);
    await type(brief, ann, id);
    expect(await atBens?.next()).toMatchObject(typing(id, ann, true));
    expect(await atBens?.next()).toMatchObject(typing(id, ann, false));
    await type(brief, ann, id);
    expect(await atBens?.next()).toMatchObject(typing(id, ann, true));
    await type(brief, ann, id, false);
    expect(await atBens?.next()).toMatchObject(typing(id, ann, false));
  });

  it('is shown to subscribers of that conversation, and on none of the user’s own devices', async () => {
    const [ann, ben] = await lasting.people('ann', 'ben');
    const id = await lasting.group(ann, ben);
    const desk = await lasting.anotherDevice(ann);
    const atBens = lasting.listenTo(ben, id);
    const own = [lasting.listen(ann), lasting.listen(desk), lasting.listenTo(desk, id)];
    await Promise.all([atBens, ...own].map((one) => one.ready()));
    await type(lasting, ann, id);
    expect(await atBens.next()).toMatchObject(typing(id, ann, true));
    await type(lasting, ann, id, false);
    expect(await atBens.next()).toMatchObject(typing(id, ann, false));
    await lasting.say(ann, id, 'typed');
    for (const one of own) expect(await heardUntil(one, 'typed')).toEqual(['MessageSent']);
  });

  it('is shown once for repeated signals', async () => {
    const [ann, ben] = await lasting.people('ann', 'ben');
    const id = await lasting.group(ann, ben);
    const [atBens] = await listening(lasting, ben);
    for (let n = 0; n < 5; n += 1) await type(lasting, ann, id);
    await lasting.say(ben, id, 'I see');
    expect(await heardUntil(atBens, 'I see')).toEqual(['typing true', 'MessageSent']);
  });

  it('stops with their own message, after it, and not with messages of others', async () => {
    const [ann, ben] = await lasting.people('ann', 'ben');
    const id = await lasting.group(ann, ben);
    const [atBens] = await listening(lasting, ben);
    await type(lasting, ann, id);
    await lasting.say(ben, id, 'wait');
    await lasting.say(ann, id, 'typed');
    await lasting.say(ben, id, 'thanks');
    expect(await heardUntil(atBens, 'thanks')).toEqual(['typing true', 'MessageSent', 'MessageSent', 'typing false', 'MessageSent']);
  });

  it('stops when they leave', async () => {
    const [ann, ben] = await lasting.people('ann', 'ben');
    const id = await lasting.group(ben, ann);
    const [atBens] = await listening(lasting, ben);
    await type(lasting, ann, id);
    await lasting.ask(LeaveGroupDocument, { input: { groupId: id } }, ann);
    await lasting.say(ben, id, 'gone');
    expect(await heardUntil(atBens, 'gone')).toEqual(['typing true', 'MemberLeft', 'typing false', 'MessageSent']);
  });

  it('is not shown to former members and strangers, who cannot signal typing either', async () => {
    const [ann, ben, eve] = await lasting.people('ann', 'ben', 'eve');
    const [id, other] = [await lasting.group(ann, ben), await lasting.group(ann, ben, eve)];
    const [atBens, atEves] = await listening(lasting, ben, eve);
    await lasting.ask(RemoveMemberDocument, { input: { groupId: id, userId: ben.id } }, ann);
    await type(lasting, ann, id);
    await lasting.say(ann, other, 'to all');
    expect(await heardUntil(atBens, 'to all')).toEqual(['ConversationClosed', 'MessageSent']);
    expect(await heardUntil(atEves, 'to all')).toEqual(['MessageSent']);
    const nowhere = Buffer.from('Conversation:9000000000').toString('base64url');
    for (const [conversationId, refusal] of [
      [id, 'NOT_FOUND input.conversationId'],
      [nowhere, 'NOT_FOUND input.conversationId'],
      [eve.id, 'INVALID_INPUT input.conversationId'],
    ] as const) {
      for (const typing of [true, false]) {
        const { setTyping } = await lasting.ask(SetTypingDocument, { input: { conversationId, typing } }, eve);
        expect(refusals(setTyping.errors)).toEqual([refusal]);
      }
    }
  });
});
