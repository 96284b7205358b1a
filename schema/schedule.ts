import type { ScheduledMessage as ScheduledMessageShape } from '../src/scheduled/index.ts';
import { AttachmentInput } from './attachment.ts';
import type { Edge } from './connection.ts';
import { formatId, inputId } from './ids.ts';
import { MessageEdge, sentEdge } from './message.ts';
import { mutation } from './mutation.ts';
import { PollInput } from './poll.ts';
import { ScheduledMessageEdge, scheduledMessageEdge } from './scheduled-message.ts';
import { endingDraft, readSaying, sayingFields } from './send.ts';

mutation('scheduleMessage', {
  description:
    'Schedules a message. The server sends it at `sendAt`, whether any of the viewer’s devices is connected or not. It can be repeated like `sendMessage`: the same request under the same `clientMessageId` returns the scheduled message, or the message that was sent. Whether it can be sent is checked now and again when it is due. If it is refused then, it stays in `Viewer.scheduledMessages` with its `refusal`; only slow mode is waited for. At most MAX_SCHEDULED_MESSAGES can wait.',
  input: (t) => ({
    ...sayingFields(t),
    sendAt: t.field({
      type: 'DateTime',
      required: true,
      description: 'When to send the message. It must be in the future, within a year.',
    }),
  }),
  async act(viewer, input, context) {
    const wanted = { ...readSaying(input), sendAt: input.sendAt };
    return await context.chat.scheduled.schedule(viewer, wanted, endingDraft(context, wanted, input));
  },
  payload: (t) => ({
    scheduledMessageEdge: t.field({
      type: ScheduledMessageEdge,
      nullable: true,
      description:
        'The scheduled message in the viewer’s list: the first one under its `clientMessageId`. Null if the mutation was refused, or if the message has been sent already.',
      resolve: ({ scheduled }): Edge<ScheduledMessageShape> | null => (scheduled ? scheduledMessageEdge(scheduled) : null),
    }),
    messageEdge: t.field({
      type: MessageEdge,
      nullable: true,
      description: 'The message, if a repeated request finds that it has been sent already. Otherwise null.',
      resolve: ({ message }, _args, context) => message && sentEdge(context, message),
    }),
  }),
});

/** Reads an input field. Absent stays absent, and null stays null. */
function given<I, T>(input: I | null | undefined, read: (input: I) => T): T | null | undefined {
  return input === null || input === undefined ? (input as null | undefined) : read(input);
}

mutation('changeScheduledMessage', {
  description:
    'Changes a scheduled message. When the mutation returns without errors, the message is sent as changed, never as it was. Refused with NOT_FOUND for `scheduledMessageId` if it was already sent or cancelled. A message that was refused when it was due needs a new `sendAt`. A refusal that concerns the conversation has no `field`.',
  inputDescription: 'The input of `changeScheduledMessage`. Omitted fields keep their values.',
  input: (t) => ({
    scheduledMessageId: t.id({ required: true, description: 'The ID of the scheduled message. If it was refused, it is scheduled again.' }),
    sendAt: t.field({
      type: 'DateTime',
      description:
        'When to send the message. It must be in the future, within a year. Omit, or pass null, to keep the current time, which must then still be in the future.',
    }),
    text: t.string({ description: 'The text of the message. Omit, or pass null, to keep the current one.' }),
    replyToId: t.id({ description: 'The ID of the message to quote. Null removes the quote.' }),
    threadRootId: t.id({
      description:
        'The ID of the message that started the thread to reply in, or of any reply in that thread. Null takes the message out of its thread.',
    }),
    mentionIds: t.idList({ description: 'The IDs of members to mention by name, at most 50. Null removes all.' }),
    mentionsEveryone: t.boolean({ description: 'Whether to mention everyone. Null means false.' }),
    attachments: t.field({ type: [AttachmentInput], description: 'The attachments, at most MAX_ATTACHMENTS. Null removes all.' }),
    data: t.field({ type: 'JSONObject', description: 'Custom JSON data for other clients, at most MAX_DATA_BYTES. Null removes it.' }),
    poll: t.field({ type: PollInput, description: 'The poll, which replaces the current one as a whole. Null removes it.' }),
  }),
  async act(viewer, input, { chat }) {
    const { attachments, data, poll } = input;
    const mentionIds = given(input.mentionIds, (ids) => ids.map((id, place) => inputId('User', id, 'mentionIds', String(place))));
    const scheduled = await chat.scheduled.change(viewer, {
      id: inputId('ScheduledMessage', input.scheduledMessageId, 'scheduledMessageId'),
      ...{ sendAt: input.sendAt ?? undefined, text: input.text ?? undefined, data, poll },
      replyTo: given(input.replyToId, (id) => inputId('Message', id, 'replyToId')),
      threadRoot: given(input.threadRootId, (id) => inputId('Message', id, 'threadRootId')),
      mentionIds: mentionIds === null ? [] : mentionIds,
      mentionsEveryone: input.mentionsEveryone === null ? false : input.mentionsEveryone,
      attachments: attachments === null ? [] : attachments,
    });
    return { scheduled };
  },
  payload: (t) => ({
    scheduledMessageEdge: t.field({
      type: ScheduledMessageEdge,
      nullable: true,
      description: 'The scheduled message in its current state, with its cursor in the viewer’s list, or null if the mutation was refused.',
      resolve: ({ scheduled }): Edge<ScheduledMessageShape> | null => (scheduled ? scheduledMessageEdge(scheduled) : null),
    }),
  }),
});

function idOf(id: string | undefined): string | null {
  return id === undefined ? null : formatId('ScheduledMessage', id);
}

mutation('cancelScheduledMessage', {
  description:
    'Cancels a scheduled message. When the mutation returns without errors, the message is never sent. Refused with NOT_FOUND if it was already sent or cancelled.',
  input: (t) => ({
    scheduledMessageId: t.id({ required: true, description: 'The ID of the scheduled message, which may be waiting or refused.' }),
  }),
  async act(viewer, input, { chat }) {
    const id = inputId('ScheduledMessage', input.scheduledMessageId, 'scheduledMessageId');
    await chat.scheduled.cancel(viewer, id);
    return { id };
  },
  payload: (t) => ({
    scheduledMessageId: t.id({
      nullable: true,
      description: 'The ID of the cancelled scheduled message, or null if the mutation was refused.',
      resolve: ({ id }) => idOf(id),
    }),
  }),
});

mutation('sendScheduledMessage', {
  description:
    'Sends a scheduled message now. Refused with NOT_FOUND for `scheduledMessageId` if it was already sent or cancelled. Any other refusal has no `field`, and leaves the scheduled message unchanged.',
  input: (t) => ({
    scheduledMessageId: t.id({ required: true, description: 'The ID of the scheduled message, which may be waiting or refused.' }),
  }),
  async act(viewer, input, { chat }) {
    const id = inputId('ScheduledMessage', input.scheduledMessageId, 'scheduledMessageId');
    return { id, message: await chat.scheduled.sendNow(viewer, id) };
  },
  payload: (t) => ({
    scheduledMessageId: t.id({
      nullable: true,
      description: 'The ID of the scheduled message, which is no longer scheduled, or null if the mutation was refused.',
      resolve: ({ id }) => idOf(id),
    }),
    messageEdge: t.field({
      type: MessageEdge,
      nullable: true,
      description: 'The sent message in the conversation’s lists, or null if the mutation was refused.',
      resolve: ({ message }, _args, context) => message && sentEdge(context, message),
    }),
  }),
});
