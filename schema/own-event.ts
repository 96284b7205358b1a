import type { Conversation as ConversationShape, Membership as MembershipShape } from '../src/group/index.ts';
import type { KnownEntry } from '../src/log/index.ts';
import { accountEventInterfaces as interfaces, withConversationId } from './account-event.ts';
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

/**
 * Returns whether the viewer may read a reply of the event's conversation, and so the root of its thread. Who has left and joined again may
 * not read what they read before, although these events are still on their account.
 */
async function stillReads(event: Logged<Own>, replySeq: number, context: Context): Promise<boolean> {
  const held = await accessed(event, context);
  return held !== null && replySeq >= held.access.fromSeq;
}

/** Adds the viewer's counts to an event that changes them, so that devices need not guess. */
function withCounts<E extends Logged<Own>>(event: PothosSchemaTypes.ObjectRef<Types, E>): void {
  builder.objectFields(event, (t) => ({
    conversation: t.field({
      type: Conversation,
      nullable: true,
      description: 'The conversation in its current state, or null if the viewer is no longer in it.',
      resolve: async (event, _args, context): Promise<ConversationShape | undefined> => (await accessed(event, context))?.conversation,
    }),
    unread: t.field({
      type: UnreadTotals,
      description: 'The viewer’s unread counts over all conversations.',
      resolve: (_event, _args, { scope }) => scope.loaders.unreadTotals(),
    }),
  }));
}

MembershipSettled.implement({
  description:
    'The viewer changed something about their own membership that only they see, such as its notifications, or marked the conversation as unread.',
  interfaces,
  fields: (t) => ({
    membership: t.field({
      type: Membership,
      nullable: true,
      description: 'The viewer’s membership in its current state, or null if they are no longer a member.',
      resolve: async (event, _args, context): Promise<MembershipShape | undefined> => (await accessed(event, context))?.access,
    }),
  }),
});
withCounts(MembershipSettled);

MessageHidden.implement({
  description: 'The viewer deleted a message for themselves. Others keep it.',
  interfaces,
  fields: (t) => ({
    messageId: t.id({
      description: 'The ID of the message.',
      resolve: ({ entry: { data } }) => formatId('Message', { conversationId: data.conversationId, seq: data.messageSeq }),
    }),
    threadRoot: t.field({
      type: Message,
      nullable: true,
      description:
        'If the message was a reply in a thread, the message that started the thread, with its current unread count. Null if it was not a reply, or if the viewer no longer has access to it.',
      async resolve(event, _args, context) {
        const { conversationId, messageSeq: seq } = event.entry.data;
        const { messages } = context.scope.loaders;
        const reply = (await stillReads(event, seq, context)) ? await messages.load({ conversationId, seq }) : null;
        return reply?.threadRootSeq ? messages.load({ conversationId, seq: reply.threadRootSeq }) : null;
      },
    }),
  }),
});
withConversationId(MessageHidden);
withCounts(MessageHidden);

ConversationCleared.implement({
  description: 'The viewer cleared a conversation for themselves. Others keep it.',
  interfaces,
  fields: (t) => ({
    clearedSeq: t.int({
      description: 'The `seq` up to which the conversation is cleared for the viewer.',
      resolve: ({ entry }) => entry.data.clearedSeq,
    }),
  }),
});
withConversationId(ConversationCleared);
withCounts(ConversationCleared);

ThreadRead.implement({
  description: 'The viewer read replies in a thread in which they participate.',
  interfaces,
  fields: (t) => ({
    message: t.field({
      type: Message,
      nullable: true,
      description: 'The message that started the thread, or null if the viewer can no longer see it.',
      async resolve(event, _args, context) {
        const { conversationId, rootSeq: seq, readSeq } = event.entry.data;
        return (await stillReads(event, readSeq, context)) ? context.scope.loaders.messages.load({ conversationId, seq }) : null;
      },
    }),
  }),
});
withCounts(ThreadRead);
