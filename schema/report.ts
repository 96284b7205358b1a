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
  description: 'Why somebody reports something to those who run the system.',
  values: Object.fromEntries(Object.entries(reportMeanings).map(([name, description]) => [name, { description }])) as Record<
    ReasonOfUsers,
    { description: string }
  >,
});

const noteDescription = 'What else there is to say: at most 1,000 characters.';

const ReportMessageInput = builder.inputType('ReportMessageInput', {
  description: 'Which message to report, and why.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The message: one that the viewer sees, of somebody else.' }),
    reason: t.field({ type: ReportReason, required: true, description: 'Why.' }),
    note: t.string({ description: noteDescription }),
  }),
});

const ReportMessagePayload = messagePayload('reportMessage');

builder.mutationField('reportMessage', (t) =>
  t.field({
    type: ReportMessagePayload,
    description:
      'Has those who run the system look at a message. They see what it says now, whatever becomes of it, and some of what stands around it. Nobody else is told, and nobody is told what they decide. Reported again, what was said before is replaced.',
    args: { input: t.arg({ type: ReportMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { messageId, reason, note } }, context, info) =>
      actOn(context, info, { messageId, act: (viewer, message) => context.chat.reports.message(viewer, { message, reason, note }) }),
  }),
);

const ReportUserInput = builder.inputType('ReportUserInput', {
  description: 'Whom to report, and why.',
  fields: (t) => ({
    userId: t.id({ required: true, description: 'The other user.' }),
    reason: t.field({ type: ReportReason, required: true, description: 'Why.' }),
    note: t.string({ description: noteDescription }),
  }),
});

interface ReportUserShape extends Refusable {
  readonly userId?: bigint;
}

const ReportUserPayload = withErrors(
  builder.objectRef<ReportUserShape>('ReportUserPayload').implement({
    description: 'What came of reportUser.',
    fields: (t) => ({
      user: t.field({
        type: User,
        nullable: true,
        description: 'Who was reported; null if it was refused.',
        resolve: ({ userId }, _args, context) => (userId === undefined ? null : presentUser(context, userId)),
      }),
    }),
  }),
);

builder.mutationField('reportUser', (t) =>
  t.field({
    type: ReportUserPayload,
    description:
      'Has those who run the system look at a user; for what they say there is `reportMessage`. Nobody else is told, and nobody is told what is decided. Reported again, what was said before is replaced.',
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
