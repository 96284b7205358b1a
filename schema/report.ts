import type { ReasonOfUsers } from '../src/moderation/index.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { inputId } from './ids.ts';
import { actOn, messagePayload } from './message-act.ts';
import { presentUser } from './node.ts';
import { reportMeanings } from './report-reason.ts';
import { User } from './user.ts';

const ReportReason = builder.enumType('ReportReason', {
  description: 'Why a user reports something to the server’s operators.',
  values: Object.fromEntries(Object.entries(reportMeanings).map(([name, description]) => [name, { description }])) as Record<
    ReasonOfUsers,
    { description: string }
  >,
});

const noteDescription = 'Further details, at most 1,000 characters.';

const ReportMessageInput = builder.inputType('ReportMessageInput', {
  description: 'The input of `reportMessage`.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The ID of the message. The viewer must see it, and somebody else must have sent it.' }),
    reason: t.field({ type: ReportReason, required: true, description: 'Why the viewer reports the message.' }),
    note: t.string({ description: noteDescription }),
  }),
});

const ReportMessagePayload = messagePayload('reportMessage');

builder.mutationField('reportMessage', (t) =>
  t.field({
    type: ReportMessagePayload,
    description:
      'Reports a message to the server’s operators. They see the message as it is now, whatever happens to it later, and some of the messages around it. Nobody else is told, and nobody is told what they decide. Reporting it again replaces the previous report.',
    args: { input: t.arg({ type: ReportMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { messageId, reason, note } }, context, info) =>
      actOn(context, info, { messageId, act: (viewer, message) => context.chat.reports.message(viewer, { message, reason, note }) }),
  }),
);

const ReportUserInput = builder.inputType('ReportUserInput', {
  description: 'The input of `reportUser`.',
  fields: (t) => ({
    userId: t.id({ required: true, description: 'The ID of the user, who must not be the viewer.' }),
    reason: t.field({ type: ReportReason, required: true, description: 'Why the viewer reports the user.' }),
    note: t.string({ description: noteDescription }),
  }),
});

interface ReportUserShape extends Refusable {
  readonly userId?: bigint;
}

const ReportUserPayload = withErrors(
  builder.objectRef<ReportUserShape>('ReportUserPayload').implement({
    description: 'The payload of `reportUser`.',
    fields: (t) => ({
      user: t.field({
        type: User,
        nullable: true,
        description: 'The reported user, or null if the mutation was refused.',
        resolve: ({ userId }, _args, context) => (userId === undefined ? null : presentUser(context, userId)),
      }),
    }),
  }),
);

builder.mutationField('reportUser', (t) =>
  t.field({
    type: ReportUserPayload,
    description:
      'Reports a user to the server’s operators. To report a message, use `reportMessage`. Nobody else is told, and nobody is told what they decide. Reporting the user again replaces the previous report.',
    args: { input: t.arg({ type: ReportUserInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const userId = inputId('User', input.userId, 'userId');
        await context.chat.reports.user(viewer, { userId, reason: input.reason, note: input.note });
        return { userId };
      }),
  }),
);
