import { type Membership, memberKey } from '../src/group/index.ts';
import type { Message as MessageShape, Reach, Reader } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { forwardArgs, forwardConnection } from './connection.ts';
import type { Context } from './context.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { loadMembership, MembershipConnection } from './membership.ts';
import { Message } from './message.ts';
import { presentConversation } from './node.ts';
import { shareable } from './shareable.ts';

const description = {
  delivered:
    'The `seq` up to which every message has been received by all members other than its sender. Null if it is not disclosed, because the group has more than RECEIPT_MEMBERS members or a member hides their receipts.',
  read: 'The `seq` up to which every message has been read by all members other than its sender. Null if it is not disclosed, because the group has more than RECEIPT_MEMBERS members or a member hides their receipts.',
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
  description: 'How far a message has reached the members other than its sender.',
  values: {
    SENT: { description: 'The message is stored.' },
    DELIVERED: { description: 'All other members have received the message.' },
    READ: { description: 'All other members have read the message.' },
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

/** Returns the members who have read a message and were members when it was sent, in the order in which they joined. */
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
    description:
      'How far the message has reached the other members. It follows from the conversation’s `deliveredToAllSeq` and `readByAllSeq`, and is SENT where they are null.',
    resolve: deliveryOf,
  }),
  receipts: t.field({
    type: MembershipConnection,
    description:
      'The members other than the sender who have read the message, were there when it was sent and show their read receipts. `totalCount` is their number. Empty in groups with more than RECEIPT_MEMBERS members.',
    args: forwardArgs(),
    async resolve(message, args, context) {
      const readers = await readersOf(message, context);
      const page = await forwardConnection(args, {
        order: 'member',
        read: ({ first, after }) => {
          const left = after === undefined ? readers : readers.filter((reader) => isAfter(reader, after));
          return presentOf(left, first, context);
        },
        node: ({ member }) => member,
      });
      return { ...page, totalCount: readers.length };
    },
  }),
}));

/** Reads the memberships of the first readers, in pieces until the page is full: some readers may have left since they were read. */
async function presentOf(
  readers: readonly Reader[],
  first: number,
  context: Context,
): Promise<{ readonly items: readonly { readonly member: Membership; readonly key: string }[]; readonly hasNextPage: boolean }> {
  const present: Membership[] = [];
  let seen = 0;
  while (present.length < first && seen < readers.length) {
    const piece = readers.slice(seen, seen + first - present.length);
    seen += piece.length;
    const members = await Promise.all(piece.map((reader) => loadMembership(context, reader)));
    present.push(...members.filter((member) => member !== null));
  }
  return { items: present.map((member) => ({ member, key: memberKey(member) })), hasNextPage: seen < readers.length };
}

/** Returns whether a member comes after a key in the list of members. */
function isAfter({ joinedSeq, userId }: Reader, key: string): boolean {
  const [keySeq = '', keyId = ''] = key.split(':');
  return joinedSeq > Number(keySeq) || (joinedSeq === Number(keySeq) && userId > BigInt(keyId));
}
