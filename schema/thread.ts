import { builder } from './builder.ts';
import { emptyPage, forwardConnection } from './connection.ts';
import { viewerAccess } from './conversation.ts';
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
      'The message whose thread it replies in; null: none. Whoever sees the reply sees this, even from before they joined. The event of a reply shows it as it stands by then: so others learn of its replyCount.',
    resolve: ({ conversationId, threadRootSeq }, _args, { scope }) =>
      threadRootSeq === null ? null : scope.loaders.messages.load({ conversationId, seq: threadRootSeq }),
  }),
  replyCount: t.exposeInt('replyCount', { extensions: shareable, description: 'How many replies its thread has.' }),
  threadParticipants: t.field({
    extensions: shareable,
    type: [User],
    description:
      'Who takes part in its thread: first whoever sent it, then those who have replied, by their first reply; also what they said and took back counts. Empty where nobody has replied. Whose account is erased is left out, and so the list may be shorter than was asked for.',
    args: { first: t.arg.int({ description: 'How many at most, from 1 to 100; 5 by default.' }) },
    async resolve({ conversationId, seq, replyCount }, args, { scope }) {
      const first = listSize(args.first, 5);
      // Most messages have no thread, and say so: nothing is read for them.
      if (replyCount === 0) return [];
      const userIds = await scope.loaders.threadParticipants.load({ conversationId, seq, first });
      const people = await Promise.all(userIds.map((userId) => scope.loaders.users.load(userId)));
      return people.filter((one) => one !== null);
    },
  }),
  replies: t.field({
    type: MessageConnection,
    description: 'The replies in its thread, in order of seq.',
    args: {
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
    },
    async resolve(message, args, context) {
      const access = await viewerAccess(context, { id: message.conversationId });
      if (access === null) return emptyPage;
      return forwardConnection(args, {
        order: 'seq',
        async read({ first, after }) {
          const { items, hasNextPage } =
            message.replyCount === 0
              ? { items: [], hasNextPage: false }
              : await context.chat.messages.replies(access, message, { first, after: after === undefined ? undefined : Number(after) });
          return { items: items.map((reply) => ({ reply, key: String(reply.seq) })), hasNextPage };
        },
        node: ({ reply }) => reply,
      });
    },
  }),
}));
