import { memberKey } from '../src/group/index.ts';
import type { Message as MessageShape, Reach, Reader } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { forwardConnection } from './connection.ts';
import type { Context } from './context.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { loadMembership, MembershipConnection } from './membership.ts';
import { Message } from './message.ts';
import { presentConversation } from './node.ts';
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
    resolve: async (conversation, _args, { scope }) => (await scope.loaders.reach.load(conversation))?.deliveredToAllSeq,
  }),
  readByAllSeq: t.int({
    extensions: shareable,
    nullable: true,
    description: description.read,
    resolve: async (conversation, _args, { scope }) => (await scope.loaders.reach.load(conversation))?.readByAllSeq,
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

/** Who has read a message and was there when it was said, as they joined. */
async function readersOf({ conversationId, seq, senderId }: MessageShape, context: Context): Promise<readonly Reader[]> {
  if ((await viewerAccess(context, { id: conversationId })) === null) return [];
  const readers = await context.scope.loaders.readers.load(await presentConversation(context, conversationId));
  const { isOfOther } = context.scope.loaders;
  return readers.filter(({ userId, joinedSeq, readSeq, shownReadSeq }) => {
    return userId !== senderId && joinedSeq <= seq && seq <= (isOfOther(userId) ? shownReadSeq : readSeq);
  });
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
    description:
      'Who has read it, other than its sender, of those who were there and show it. Empty in groups that are too large; `totalCount` is how many they are.',
    args: {
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
    },
    async resolve(message, args, context) {
      const readers = await readersOf(message, context);
      const page = await forwardConnection(args, {
        order: 'member',
        async read({ first, after }) {
          const left = after === undefined ? readers : readers.filter((reader) => isAfter(reader, after));
          const members = await Promise.all(left.slice(0, first).map((reader) => loadMembership(context, reader)));
          // Who has left since is on no page.
          const items = members.flatMap((member) => (member === null ? [] : [{ member, key: memberKey(member) }]));
          return { items, hasNextPage: left.length > first };
        },
        node: ({ member }) => member,
      });
      return { ...page, totalCount: readers.length };
    },
  }),
}));

/** Whether a member stands after a key of the list of members. */
function isAfter({ joinedSeq, userId }: Reader, key: string): boolean {
  const [keySeq = '', keyId = ''] = key.split(':');
  return joinedSeq > Number(keySeq) || (joinedSeq === Number(keySeq) && userId > BigInt(keyId));
}
