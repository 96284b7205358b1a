import { builder } from './builder.ts';
import { emptyPage, forwardArgs, forwardConnection } from './connection.ts';
import { requireViewer } from './context.ts';
import { accessOf } from './conversation.ts';
import { Message, MessageConnection } from './message.ts';
import { listSize } from './page.ts';
import { shareable } from './shareable.ts';
import { User } from './user.ts';

builder.objectFields(Message, (t) => ({
  threadRoot: t.field({
    extensions: shareable,
    type: Message,
    nullable: true,
    description:
      'The message that started the thread in which this message is a reply. Null if this message is not a reply in a thread. Anyone who sees the reply also sees that message, even from before they joined. The event of a reply includes it in its current state, so that clients learn its new `replyCount`.',
    resolve: ({ conversationId, threadRootSeq }, _args, { scope }) =>
      threadRootSeq === null ? null : scope.loaders.messages.load({ conversationId, seq: threadRootSeq }),
  }),
  replyCount: t.exposeInt('replyCount', { extensions: shareable, description: 'The number of replies in the message’s thread.' }),
  threadParticipants: t.field({
    extensions: shareable,
    type: [User],
    description:
      'The participants of the message’s thread: first its sender, then those who replied, in the order of their first reply. Recalled replies count too. Empty if there are no replies. Users whose account has been erased are left out, so the list can be shorter than `first`.',
    args: { first: t.arg.int({ description: 'The maximum number of users to return, from 1 to 100. Defaults to 5.' }) },
    async resolve({ conversationId, seq, replyCount }, args, { scope }) {
      const first = listSize(args.first, 5);
      // Most messages have no thread, and their rows say so: nothing is read for them.
      if (replyCount === 0) return [];
      const userIds = await scope.loaders.threadParticipants.load({ conversationId, seq, first });
      const people = await Promise.all(userIds.map((userId) => scope.loaders.users.load(userId)));
      return people.filter((one) => one !== null);
    },
  }),
  replies: t.field({
    type: MessageConnection,
    description: 'The replies in the message’s thread, in order of `seq`.',
    args: forwardArgs(),
    async resolve(message, args, context) {
      const accessed = await accessOf(context, message.conversationId, requireViewer(context));
      if (accessed === null) return emptyPage;
      const { access, conversation } = accessed;
      return forwardConnection(args, {
        order: 'seq',
        async read({ first, after }) {
          const { items, hasNextPage } =
            message.replyCount === 0
              ? { items: [], hasNextPage: false }
              : await context.chat.messages.replies(access, message, {
                  first,
                  after: after === undefined ? undefined : Number(after),
                  upTo: conversation.lastSeq,
                });
          return { items: items.map((reply) => ({ reply, key: String(reply.seq) })), hasNextPage };
        },
        node: ({ reply }) => reply,
      });
    },
  }),
}));
