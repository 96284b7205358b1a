import { validate } from 'graphql';
import { expect, it } from 'vitest';
import { schema, sharingOf, webhookDocument } from '../../schema/index.ts';
import { webhookEvents } from '../../src/webhook/index.ts';

const ofConversations = webhookEvents.filter((event) => !event.startsWith('User'));

it('what apps are told of each event is the same whoever looks', () => {
  expect(validate(schema, webhookDocument)).toEqual([]);
  const { types } = sharingOf(schema, webhookDocument);
  expect(ofConversations.filter((event) => !types.has(event))).toEqual([]);
});

it('is told of every type of event that a conversation has', () => {
  const conversation = schema.getPossibleTypes(schema.getType('ConversationEvent') as never).map(({ name }) => name);
  expect([...ofConversations].toSorted()).toEqual(conversation.toSorted());
});
