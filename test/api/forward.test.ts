import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  ForwardMessageDocument,
  type ForwardMessageInput,
  ReferencesDocument,
  UpdateProfileDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();

async function forward(as: Person, input: Omit<ForwardMessageInput, 'clientMessageId'> & Partial<ForwardMessageInput>) {
  const whole = { clientMessageId: randomUUID(), ...input };
  return (await chat.ask(ForwardMessageDocument, { input: whole }, as)).forwardMessage;
}

function called(person: Person, displayName: string) {
  return chat.ask(UpdateProfileDocument, { input: { displayName } }, person);
}

/** Ann has sent Ben a message. Ben is also in a group with Cat. */
async function scene() {
  const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
  await called(ann, 'Ann');
  const source = await chat.direct(ann, ben);
  return { ann, ben, cat, source, message: await chat.say(ann, source, 'pass it on'), target: await chat.group(ben, cat) };
}

describe('a forwarded message', () => {
  it('has the text of the original in another conversation, and names the original sender', async () => {
    const { ann, ben, cat, message, target } = await scene();
    const { messageEdge, errors } = await forward(ben, { messageId: message.id, conversationId: target });
    expect(errors).toEqual([]);
    const from = { name: 'Ann', user: { id: ann.id } };
    const shown = { text: 'pass it on', sender: { id: ben.id }, forwardedFrom: from, replyTo: null, threadRoot: null, mentions: [] };
    expect(messageEdge?.node).toMatchObject({ ...shown, conversation: { id: target } });
    // The original sender is shown to a user who has nothing to do with them.
    const { conversation } = await chat.ask(ReferencesDocument, { id: target, last: 5 }, cat);
    expect(conversation?.messages.edges).toMatchObject([{ cursor: messageEdge?.cursor, node: shown }]);
  });

  it('keeps the original sender’s name, however often it is forwarded and whatever their name is since', async () => {
    const { ann, ben, cat, message, target } = await scene();
    const { messageEdge } = await forward(ben, { messageId: message.id, conversationId: target });
    await called(ann, 'Somebody else');
    const further = await chat.direct(cat, ben);
    const again = await forward(cat, { messageId: given(messageEdge, []).node.id, conversationId: further });
    expect(again.messageEdge?.node).toMatchObject({ sender: { id: cat.id }, forwardedFrom: { name: 'Ann', user: { id: ann.id } } });
  });

  it('has `forwardedFrom`, which is null for messages that were not forwarded', async () => {
    const { ann, source } = await scene();
    const { conversation } = await chat.ask(ReferencesDocument, { id: source, last: 1 }, ann);
    expect(conversation?.messages.edges).toMatchObject([{ node: { forwardedFrom: null } }]);
  });

  it('is returned again for its clientMessageId, and another message or target is a conflict', async () => {
    const { ann, ben, source, message, target } = await scene();
    const request = { messageId: message.id, conversationId: target, clientMessageId: 'once' };
    const first = await forward(ben, request);
    expect(await forward(ben, request)).toEqual(first);
    const other = await chat.say(ann, source, 'pass it on');
    for (const change of [{ messageId: other.id }, { conversationId: source }]) {
      expect(refusals((await forward(ben, { ...request, ...change })).errors)).toEqual(['CONFLICT input.clientMessageId']);
    }
    expect((await chat.ask(ReferencesDocument, { id: target, last: 5 }, ben)).conversation?.messages.edges).toHaveLength(1);
  });
});

describe('forwarding', () => {
  it('takes a message that the viewer sees, and any other is NOT_FOUND as if it did not exist', async () => {
    const { cat, message, target } = await scene();
    const raw = Buffer.from(target, 'base64url').toString().split(':')[1];
    const absent = Buffer.from(`Message:${raw}:999`).toString('base64url');
    const answers = await Promise.all(
      [message.id, absent].map((messageId) => forward(cat, { messageId, conversationId: target, clientMessageId: 'unseen' })),
    );
    expect(answers.map(({ errors }) => refusals(errors))).toEqual([['NOT_FOUND input.messageId'], ['NOT_FOUND input.messageId']]);
    expect(answers[0]).toEqual(answers[1]);
  });

  it('is refused where the viewer may not send', async () => {
    const { ann, message, target } = await scene();
    const { messageEdge, errors } = await forward(ann, { messageId: message.id, conversationId: target });
    expect([messageEdge, refusals(errors)]).toEqual([null, ['NOT_FOUND input.conversationId']]);
  });

  it('is refused with ids of other things, and with an invalid clientMessageId', async () => {
    const { ben, message, target } = await scene();
    const request = { messageId: message.id, conversationId: target };
    for (const bad of ['x', '', ben.id]) {
      expect(refusals((await forward(ben, { ...request, messageId: bad })).errors)).toEqual(['INVALID_INPUT input.messageId']);
      expect(refusals((await forward(ben, { ...request, conversationId: bad })).errors)).toEqual(['INVALID_INPUT input.conversationId']);
    }
    expect(refusals((await forward(ben, { ...request, clientMessageId: '' })).errors)).toEqual(['INVALID_INPUT input.clientMessageId']);
  });
});
