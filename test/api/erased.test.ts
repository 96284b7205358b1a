import { describe, expect, it } from 'vitest';
import {
  AcquaintanceDocument,
  AnswerContactRequestDocument,
  DeleteAccountDocument,
  MeDocument,
  RequestContactDocument,
  SendMessageDocument,
  SignInDocument,
  WhatIsLeftDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, password, world } from '../support/world.ts';

const chat = world();

async function erase(person: Person, messages: 'KEEP' | 'REMOVE'): Promise<void> {
  const { deleteAccount } = await chat.ask(DeleteAccountDocument, { input: { password, messages } }, person);
  expect(deleteAccount).toEqual({ userId: person.id, errors: [] });
  await chat.node.chat.jobs.doDue();
}

async function befriend(one: Person, other: Person): Promise<void> {
  const { requestContact } = await chat.ask(RequestContactDocument, { input: { userId: other.id, note: null } }, one);
  const requestId = given(requestContact.contactRequestEdge, requestContact.errors).node.id;
  const { answerContactRequest } = await chat.ask(AnswerContactRequestDocument, { input: { requestId, accept: true } }, other);
  expect(answerContactRequest.errors).toEqual([]);
}

describe('a deleted account', () => {
  it('is signed out everywhere with 4401, and no token, password or handle leads to it', async () => {
    const [phone, ben] = await chat.people('ann', 'ben');
    const desk = await chat.anotherDevice(phone);
    const listening = [chat.listen(phone), chat.listen(desk)];
    await Promise.all(listening.map((events) => events.ready()));
    await erase(phone, 'KEEP');
    for (const events of listening) expect((await events.end()).ending).toMatchObject({ how: 'closed', code: 4401 });
    for (const { token } of [phone, desk])
      expect(refusals((await chat.post(MeDocument, {}, { token })).errors)).toEqual(['UNAUTHENTICATED']);
    const { signIn } = await chat.ask(SignInDocument, { input: { handle: phone.handle, password } });
    expect(refusals(signIn.errors)).toEqual(['INVALID_CREDENTIALS']);
    const left = await chat.ask(WhatIsLeftDocument, { handle: phone.handle, userId: phone.id, conversationIds: [] }, ben);
    expect(left).toEqual({ user: null, node: null, users: { edges: [] }, nodes: [] });
  });

  it('is deleted only with the right password', async () => {
    const [ann] = await chat.people('ann');
    const input = { password: 'wrong horse battery', messages: 'KEEP' } as const;
    const { deleteAccount } = await chat.ask(DeleteAccountDocument, { input }, ann);
    expect(refusals(deleteAccount.errors)).toEqual(['INVALID_CREDENTIALS input.password']);
    expect((await chat.ask(MeDocument, {}, ann)).viewer?.user.id).toBe(ann.id);
  });

  it('is null as the sender of its messages, and an empty user where a user is required', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    await befriend(ann, ben);
    const group = await chat.group(ben, ann);
    const direct = await chat.direct(ann, ben);
    await chat.say(ann, group, 'to all');
    await chat.say(ann, direct, 'to you');
    const events = chat.listen(ben);
    await events.ready();
    await erase(ann, 'KEEP');
    const told = await events.until((event) => event.__typename === 'MemberLeft' && event.streamId === direct);
    expect(told.map(({ __typename }) => __typename)).toEqual(['ContactChanged', 'MemberLeft', 'MemberLeft']);
    expect(told.slice(1)).toMatchObject(Array(2).fill({ user: null, actor: null, leaveReason: 'LEFT' }));
    const { nodes } = await chat.ask(WhatIsLeftDocument, { handle: ann.handle, userId: ann.id, conversationIds: [group, direct] }, ben);
    expect(nodes).toMatchObject([
      {
        memberCount: 1,
        members: { edges: [{ node: { role: 'OWNER', user: { id: ben.id } } }] },
        messages: { edges: [{ node: { text: 'to all', sender: null, recalledAt: null } }] },
      },
      {
        memberCount: 1,
        messages: { edges: [{ node: { text: 'to you', sender: null, recalledAt: null } }] },
        viewerPeer: {
          ...{ id: ann.id, handle: expect.stringMatching(/^~\d+$/), displayName: '', avatarUrl: null, bio: null, erased: true },
          ...{ viewerContact: null, viewerContactRequest: null },
        },
      },
    ]);
    const input = { conversationId: direct, clientMessageId: 'still there?', text: 'still there?' };
    const { sendMessage } = await chat.ask(SendMessageDocument, { input }, ben);
    expect(refusals(sendMessage.errors)).toEqual(['FORBIDDEN input.conversationId']);
    expect((await chat.ask(AcquaintanceDocument, { handle: ann.handle }, ben)).user).toBeNull();
  });

  it('has its messages recalled if it asked for that, and a device that was away gets each recall', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ben, ann);
    await chat.sayAll(ann, group, ['one', 'two']);
    await chat.say(ben, group, 'three');
    const after = await chat.positions(ben);
    await erase(ann, 'REMOVE');
    const missed = await chat.listen(ben, after).ready();
    expect(missed.map(({ __typename }) => __typename).toSorted()).toEqual([
      'MemberLeft',
      'MessageRecalled',
      'MessageRecalled',
      'StreamReady',
    ]);
    const { nodes } = await chat.ask(WhatIsLeftDocument, { handle: ann.handle, userId: ann.id, conversationIds: [group] }, ben);
    expect(nodes).toMatchObject([
      {
        messages: {
          edges: [
            { node: { text: '', sender: null, recalledAt: expect.any(String) } },
            { node: { text: '', sender: null, recalledAt: expect.any(String) } },
            { node: { text: 'three', sender: { id: ben.id }, recalledAt: null } },
          ],
        },
      },
    ]);
  });
});
