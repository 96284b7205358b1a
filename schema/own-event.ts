import type { Conversation as ConversationShape, Membership as MembershipShape } from '../src/group/index.ts';
import type { KnownEntry } from '../src/log/index.ts';
import { accountEventInterfaces as interfaces } from './account-event.ts';
import { builder, type Types } from './builder.ts';
import { type Context, requireViewer } from './context.ts';
import { accessOf, Conversation } from './conversation.ts';
import { type Logged, loggedTypes } from './event.ts';
import { formatId } from './ids.ts';
import type { Accessed } from './loaders.ts';
import { Membership } from './membership.ts';
import { Message } from './message.ts';
import { UnreadTotals } from './unread.ts';

const { MembershipSettled, MessageHidden, ConversationCleared, ThreadRead } = loggedTypes;

type Own = KnownEntry<'MembershipSettled' | 'MessageHidden' | 'ConversationCleared' | 'ThreadRead'>;

function accessed({ entry }: Logged<Own>, context: Context): Promise<Accessed | null> {
  return accessOf(context, entry.data.conversationId, requireViewer(context));
}

/** Gives an event that changes what waits for the viewer the counts that they need, so that no device has to guess. */
function withCounts<E extends Logged<Own>>(event: PothosSchemaTypes.ObjectRef<Types, E>): void {
  builder.objectFields(event, (t) => ({
    conversation: t.field({
      type: Conversation,
      nullable: true,
      description: 'The conversation as it stands; null if it is not theirs any more.',
      resolve: async (event, _args, context): Promise<ConversationShape | undefined> => (await accessed(event, context))?.conversation,
    }),
    unread: t.field({
      type: UnreadTotals,
      description: 'What waits to be read in all conversations.',
      resolve: (_event, _args, { scope }) => scope.loaders.unreadTotals(),
    }),
  }));
}

MembershipSettled.implement({
  description: 'The viewer has settled something of their own part in a conversation: how it notifies them, or what they marked as unread.',
  interfaces,
  fields: (t) => ({
    membership: t.field({
      type: Membership,
      nullable: true,
      description: 'Their part as it stands; null once they are out.',
      resolve: async (event, _args, context): Promise<MembershipShape | undefined> => (await accessed(event, context))?.access,
    }),
  }),
});
withCounts(MembershipSettled);

MessageHidden.implement({
  description: 'The viewer has deleted a message for themselves: others keep it.',
  interfaces,
  fields: (t) => ({
    conversationId: t.id({ description: 'Where.', resolve: ({ entry }) => formatId('Conversation', entry.data.conversationId) }),
    messageId: t.id({
      description: 'The message.',
      resolve: ({ entry: { data } }) => formatId('Message', { conversationId: data.conversationId, seq: data.messageSeq }),
    }),
    threadRoot: t.field({
      type: Message,
      nullable: true,
      description:
        'Where it was a reply, the message that its thread is about, with what waits there; null: it was none, or is not theirs any more.',
      async resolve(event, _args, context) {
        const { conversationId, messageSeq: seq } = event.entry.data;
        const { messages } = context.scope.loaders;
        const reply = (await accessed(event, context)) && (await messages.load({ conversationId, seq }));
        return reply?.threadRootSeq ? messages.load({ conversationId, seq: reply.threadRootSeq }) : null;
      },
    }),
  }),
});
withCounts(MessageHidden);

ConversationCleared.implement({
  description: 'The viewer has cleared a conversation for themselves: others keep it.',
  interfaces,
  fields: (t) => ({
    conversationId: t.id({ description: 'Which.', resolve: ({ entry }) => formatId('Conversation', entry.data.conversationId) }),
    clearedSeq: t.int({ description: 'What stands up to here is gone for the viewer.', resolve: ({ entry }) => entry.data.clearedSeq }),
  }),
});
withCounts(ConversationCleared);

ThreadRead.implement({
  description: 'The viewer has read replies in a thread that they take part in.',
  interfaces,
  fields: (t) => ({
    message: t.field({
      type: Message,
      nullable: true,
      description: 'The message that the thread is about; null if it is not for them to see any more.',
      async resolve(event, _args, context) {
        const { conversationId, rootSeq: seq } = event.entry.data;
        return (await accessed(event, context)) && context.scope.loaders.messages.load({ conversationId, seq });
      },
    }),
  }),
});
withCounts(ThreadRead);
