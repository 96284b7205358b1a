import { builder } from './builder.ts';
import { inputId } from './ids.ts';
import { messageFields } from './message-act.ts';
import { mutation } from './mutation.ts';
import { presentUser } from './node.ts';
import { reportMeanings } from './report-reason.ts';
import { User } from './user.ts';

const ReportReason = builder.enumType('ReportReason', {
  description: 'Why a user reports something to the server’s operators.',
  values: reportMeanings,
});

const noteDescription = 'Further details, at most 1,000 characters.';

mutation('reportMessage', {
  description:
    'Reports a message to the server’s operators. They see the message as it is now, whatever happens to it later, and some of the messages around it. Nobody else is told, and nobody is told what they decide. Reporting it again replaces the previous report.',
  input: (t) => ({
    messageId: t.id({ required: true, description: 'The ID of the message. The viewer must see it, and somebody else must have sent it.' }),
    reason: t.field({ type: ReportReason, required: true, description: 'Why the viewer reports the message.' }),
    note: t.string({ description: noteDescription }),
  }),
  async act(viewer, { messageId, reason, note }, { chat }) {
    const message = inputId('Message', messageId, 'messageId');
    return { message: await chat.reports.message(viewer, { message, reason, note }) };
  },
  payload: messageFields,
});

mutation('reportUser', {
  description:
    'Reports a user to the server’s operators. To report a message, use `reportMessage`. Nobody else is told, and nobody is told what they decide. Reporting the user again replaces the previous report.',
  input: (t) => ({
    userId: t.id({ required: true, description: 'The ID of the user, who must not be the viewer.' }),
    reason: t.field({ type: ReportReason, required: true, description: 'Why the viewer reports the user.' }),
    note: t.string({ description: noteDescription }),
  }),
  async act(viewer, input, { chat }) {
    const userId = inputId('User', input.userId, 'userId');
    await chat.reports.user(viewer, { userId, reason: input.reason, note: input.note });
    return { userId };
  },
  payload: (t) => ({
    user: t.field({
      type: User,
      nullable: true,
      description: 'The reported user, or null if the mutation was refused.',
      resolve: ({ userId }, _args, context) => (userId === undefined ? null : presentUser(context, userId)),
    }),
  }),
});
