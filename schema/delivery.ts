import type { Message as MessageShape, Reach } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { emptyPage, forwardConnection } from './connection.ts';
import type { Context } from './context.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { loadMembership, MembershipConnection } from './membership.ts';
import { Message } from './message.ts';
import { present, presentConversation } from './node.ts';
import { shareable } from './shareable.ts';

const description = {
  delivered:
    'Up to where all others have received it, whoever said what; null: not told, because the group is too large or somebody shows nobody.',
  read: 'Up to where all others have read it, whoever said what; null: not told, because the group is too large or somebody shows nobody.',
};

builder.interfaceFields(Conversation, (t) => ({
  deliveredToAllSeq: t.int({
    extensions: shareable,
    nullable: true,
    description: description.delivered,
    async resolve(conversation, _args, { scope }) {
      const reach = await scope.loaders.reach.load(conversation);
      // Nothing in a response is later than its lastSeq.
      return reach && Math.min(reach.deliveredToAllSeq, conversation.lastSeq);
    },
  }),
  readByAllSeq: t.int({
    extensions: shareable,
    nullable: true,
    description: description.read,
    async resolve(conversation, _args, { scope }) {
      const reach = await scope.loaders.reach.load(conversation);
      return reach && Math.min(reach.readByAllSeq, conversation.lastSeq);
    },
  }),
}));

const DeliveryState = builder.enumType('DeliveryState', {
  description: 'How far a message has come, with all members but its sender.',
  values: {
    SENT: { description: 'It is stored.' },
    DELIVERED: { description: 'All others have received it.' },
    READ: { description: 'All others have read it.' },
  },
});

function stateOf({ seq }: MessageShape, reach: Reach | null): 'SENT' | 'DELIVERED' | 'READ' {
  if (reach === null) return 'SENT';
  if (seq <= reach.readByAllSeq) return 'READ';
  return seq <= reach.deliveredToAllSeq ? 'DELIVERED' : 'SENT';
}

async function deliveryOf(message: MessageShape, _args: object, context: Context): Promise<'SENT' | 'DELIVERED' | 'READ'> {
  const conversation = await presentConversation(context, message.conversationId);
  return stateOf(message, await context.scope.loaders.reach.load(conversation));
}

builder.objectFields(Message, (t) => ({
  delivery: t.field({
    extensions: shareable,
    type: DeliveryState,
    description: 'How far it has come; follows from the conversation’s deliveredToAllSeq and readByAllSeq, SENT where they are not told.',
    resolve: deliveryOf,
  }),
  receipts: t.field({
    type: MembershipConnection,
    description: 'Who has read it, other than its sender; empty where that is not told.',
    args: {
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
    },
    async resolve(message, args, context) {
      const { conversationId } = message;
      if ((await viewerAccess(context, { id: conversationId })) === null) return { ...emptyPage, totalCount: 0 };
      const page = await forwardConnection(args, {
        order: 'userId',
        async read({ first, after }) {
          const options = { first, after: after === undefined ? undefined : BigInt(after) };
          const { items, hasNextPage } = await context.chat.messages.readers(message, options);
          return { items: items.map((userId) => ({ userId, key: String(userId) })), hasNextPage };
        },
        node: async ({ userId }) => present(await loadMembership(context, { conversationId, userId }), `member ${userId}`),
      });
      return { ...page, totalCount: await context.chat.messages.readerCount(message) };
    },
  }),
}));
