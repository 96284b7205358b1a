import { validate } from 'graphql';
import { expect, it } from 'vitest';
import { schema, sharingOf, webhookDocument } from '../../schema/index.ts';
import { webhookEvents } from '../../src/webhook/index.ts';

const ofConversations = webhookEvents.filter((event) => !event.startsWith('User'));

it('the events for apps do not depend on a viewer', () => {
  expect(validate(schema, webhookDocument)).toEqual([]);
  const { types } = sharingOf(schema, webhookDocument);
  expect(ofConversations.filter((event) => !types.has(event))).toEqual([]);
});

it('apps can get every type of event of a conversation', () => {
  const conversation = schema.getPossibleTypes(schema.getType('ConversationEvent') as never).map(({ name }) => name);
  expect([...ofConversations].toSorted()).toEqual(conversation.toSorted());
});
