import type { Message as MessageShape } from '../src/message/index.ts';
import type { ScheduledMessage as ScheduledMessageShape } from '../src/scheduled/index.ts';
import { AttachmentInput } from './attachment.ts';
import { builder } from './builder.ts';
import type { Edge } from './connection.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { formatId, inputId } from './ids.ts';
import { MessageEdge, messageEdge, sentEdge } from './message.ts';
import { PollInput } from './poll.ts';
import { ScheduledMessageEdge, scheduledMessageEdge } from './scheduled-message.ts';
import { endingDraft, readSaying, sayingFields } from './send.ts';

interface ScheduledShape extends Refusable {
  readonly scheduled?: ScheduledMessageShape | null;
}

const ScheduleMessageInput = builder.inputType('ScheduleMessageInput', {
  description: 'What to say where, and when.',
  fields: (t) => ({
    ...sayingFields(t),
    sendAt: t.field({ type: 'DateTime', required: true, description: 'When: a time that is to come, within a year.' }),
  }),
});

interface ScheduleMessageShape extends ScheduledShape {
  readonly message?: MessageShape | null;
}

const ScheduleMessagePayload = withErrors(
  builder.objectRef<ScheduleMessageShape>('ScheduleMessagePayload').implement({
    description: 'What came of scheduleMessage.',
    fields: (t) => ({
      scheduledMessageEdge: t.field({
        type: ScheduledMessageEdge,
        nullable: true,
        description: 'What waits, in the viewer’s list: the first under its clientMessageId. Null if it was refused, or said by now.',
        resolve: ({ scheduled }): Edge<ScheduledMessageShape> | null => (scheduled ? scheduledMessageEdge(scheduled) : null),
      }),
      messageEdge: t.field({
        type: MessageEdge,
        nullable: true,
        description: 'The message, where a request that is sent again finds that it was said; null in all other cases.',
        resolve: ({ message }): Edge<MessageShape> | null => (message ? messageEdge(message) : null),
      }),
    }),
  }),
);

builder.mutationField('scheduleMessage', (t) =>
  t.field({
    type: ScheduleMessagePayload,
    description:
      'Has something said later, whether any device of the viewer’s is there by then or not. It is repeated as sendMessage is: the same request under its clientMessageId finds what waits, or was said. That it may be said is asked now, and again at its time: what is refused then stays in `Viewer.scheduledMessages` with its `refusal`. Slow mode alone is waited for. At most MAX_SCHEDULED_MESSAGES wait.',
    args: { input: t.arg({ type: ScheduleMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const wanted = { ...readSaying(input), sendAt: input.sendAt };
        return await context.chat.scheduled.schedule(viewer, wanted, endingDraft(context, wanted, input));
      }),
  }),
);

const ChangeScheduledMessageInput = builder.inputType('ChangeScheduledMessageInput', {
  description: 'What is to be otherwise in what is said later: what is absent stays as it is.',
  fields: (t) => ({
    scheduledMessageId: t.id({ required: true, description: 'What waits, or was refused: then it waits anew.' }),
    sendAt: t.field({
      type: 'DateTime',
      description: 'When: a time that is to come, within a year; absent or null: as before, if that is to come.',
    }),
    text: t.string({ description: 'What to say; absent or null: as before.' }),
    replyToId: t.id({ description: 'The message it answers; null: none.' }),
    threadRootId: t.id({ description: 'The message in whose thread it replies, or any reply there; null: it is in none.' }),
    mentionIds: t.idList({ description: 'Members whom it mentions by name, at most 50; null: nobody.' }),
    mentionsEveryone: t.boolean({ description: 'Whether it mentions everyone; null: it does not.' }),
    attachments: t.field({ type: [AttachmentInput], description: 'What is attached to it, at most MAX_ATTACHMENTS; null: nothing.' }),
    data: t.field({ type: 'JSONObject', description: 'What is put on it, at most MAX_DATA_BYTES; null: nothing.' }),
    poll: t.field({ type: PollInput, description: 'What it asks, in place of all that it was to ask; null: nothing.' }),
  }),
});

const ChangeScheduledMessagePayload = withErrors(
  builder.objectRef<ScheduledShape>('ChangeScheduledMessagePayload').implement({
    description: 'What came of changeScheduledMessage.',
    fields: (t) => ({
      scheduledMessageEdge: t.field({
        type: ScheduledMessageEdge,
        nullable: true,
        description: 'It as it stands, with its cursor in the viewer’s list; null if the change was refused.',
        resolve: ({ scheduled }): Edge<ScheduledMessageShape> | null => (scheduled ? scheduledMessageEdge(scheduled) : null),
      }),
    }),
  }),
);

/** What an input gives: absent stays absent, null is none of it. */
function given<I, T>(input: I | null | undefined, read: (input: I) => T): T | null | undefined {
  return input === null || input === undefined ? (input as null | undefined) : read(input);
}

builder.mutationField('changeScheduledMessage', (t) =>
  t.field({
    type: ChangeScheduledMessagePayload,
    description:
      'Changes what is said later. Once answered it is said so, and never as it was; NOT_FOUND (`scheduledMessageId`) where it was said or cancelled. What was refused at its time needs another `sendAt`. A refusal that is about where it is to be said has no `field`.',
    args: { input: t.arg({ type: ChangeScheduledMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const { attachments, data, poll } = input;
        const mentionIds = given(input.mentionIds, (ids) => ids.map((id, place) => inputId('User', id, 'mentionIds', String(place))));
        const scheduled = await context.chat.scheduled.change(viewer, {
          id: inputId('ScheduledMessage', input.scheduledMessageId, 'scheduledMessageId'),
          ...{ sendAt: input.sendAt ?? undefined, text: input.text ?? undefined, data, poll },
          replyTo: given(input.replyToId, (id) => inputId('Message', id, 'replyToId')),
          threadRoot: given(input.threadRootId, (id) => inputId('Message', id, 'threadRootId')),
          mentionIds: mentionIds === null ? [] : mentionIds,
          mentionsEveryone: input.mentionsEveryone === null ? false : input.mentionsEveryone,
          attachments: attachments === null ? [] : attachments,
        });
        return { scheduled };
      }),
  }),
);

const CancelScheduledMessageInput = builder.inputType('CancelScheduledMessageInput', {
  description: 'What is not to be said.',
  fields: (t) => ({ scheduledMessageId: t.id({ required: true, description: 'What waits, or was refused.' }) }),
});

interface OverShape extends Refusable {
  readonly id?: string;
  readonly message?: MessageShape;
}

const CancelScheduledMessagePayload = withErrors(
  builder.objectRef<OverShape>('CancelScheduledMessagePayload').implement({
    description: 'What came of cancelScheduledMessage.',
    fields: (t) => ({
      scheduledMessageId: t.id({ nullable: true, description: 'What is gone; null if it was refused.', resolve: ({ id }) => idOf(id) }),
    }),
  }),
);

function idOf(id: string | undefined): string | null {
  return id === undefined ? null : formatId('ScheduledMessage', id);
}

builder.mutationField('cancelScheduledMessage', (t) =>
  t.field({
    type: CancelScheduledMessagePayload,
    description: 'Takes back what is said later: once answered it is never said. NOT_FOUND where it was said or cancelled before.',
    args: { input: t.arg({ type: CancelScheduledMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const id = inputId('ScheduledMessage', input.scheduledMessageId, 'scheduledMessageId');
        await context.chat.scheduled.cancel(viewer, id);
        return { id };
      }),
  }),
);

const SendScheduledMessageInput = builder.inputType('SendScheduledMessageInput', {
  description: 'What is to be said at once.',
  fields: (t) => ({ scheduledMessageId: t.id({ required: true, description: 'What waits, or was refused.' }) }),
});

const SendScheduledMessagePayload = withErrors(
  builder.objectRef<OverShape>('SendScheduledMessagePayload').implement({
    description: 'What came of sendScheduledMessage.',
    fields: (t) => ({
      scheduledMessageId: t.id({
        nullable: true,
        description: 'What waits no longer; null if it was refused.',
        resolve: ({ id }) => idOf(id),
      }),
      messageEdge: t.field({
        type: MessageEdge,
        nullable: true,
        description: 'The message in its conversation’s lists; null if it was refused.',
        resolve: ({ message }, _args, { scope }): Edge<MessageShape> | undefined => message && sentEdge(scope.loaders, message),
      }),
    }),
  }),
);

builder.mutationField('sendScheduledMessage', (t) =>
  t.field({
    type: SendScheduledMessagePayload,
    description:
      'Says now what was to be said later. NOT_FOUND (`scheduledMessageId`) where it was said or cancelled; any other refusal has no `field`, and leaves it as it is.',
    args: { input: t.arg({ type: SendScheduledMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const id = inputId('ScheduledMessage', input.scheduledMessageId, 'scheduledMessageId');
        return { id, message: await context.chat.scheduled.sendNow(viewer, id) };
      }),
  }),
);
