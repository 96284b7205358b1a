import type { InputShapeFromFields } from '@pothos/core';
import type { NewText } from '../src/message/index.ts';
import { AttachmentInput } from './attachment.ts';
import { type Context, requireViewer } from './context.ts';
import { inputId, optionalInputId } from './ids.ts';
import { MessageEdge, sentEdge } from './message.ts';
import { type InputBuilder, mutation } from './mutation.ts';
import { PollInput } from './poll.ts';

/** Returns the input fields of a message that is sent at once or later. */
export function sayingFields(t: InputBuilder) {
  return {
    conversationId: t.id({ required: true, description: 'The ID of the conversation.' }),
    clientMessageId: t.id({
      required: true,
      description:
        'An ID that the client chooses for the message, 1 to 64 printable ASCII characters. A message that is sent again under the same ID is not sent twice.',
    }),
    text: t.string({
      required: true,
      description:
        'The text of the message, stored exactly as given. It must not be blank, but can be empty if there are attachments or data.',
    }),
    replyToId: t.id({ description: 'The ID of the message to quote, in the same conversation.' }),
    threadRootId: t.id({
      description: 'The ID of the message that started the thread to reply in, or of any reply in that thread, in the same conversation.',
    }),
    mentionIds: t.idList({ description: 'The IDs of members to mention by name, at most 50.' }),
    mentionsEveryone: t.boolean({
      description: 'Whether to mention everyone. In a group, `mentionPolicy` decides who can. Defaults to false.',
    }),
    attachments: t.field({ type: [AttachmentInput], description: 'The attachments, in order, at most MAX_ATTACHMENTS.' }),
    data: t.field({
      type: 'JSONObject',
      description: 'Custom JSON data for other clients, at most MAX_DATA_BYTES and ten levels deep. The server does not interpret it.',
    }),
    poll: t.field({ type: PollInput, description: 'A poll. The text of the message is the question, and must not be empty.' }),
    draftWrittenAt: t.field({
      type: 'DateTime',
      description:
        'Removes the viewer’s draft in this conversation or thread together with storing the message, as `removeDraft` does with this `writtenAt`. Pass it only if a draft of the message was saved.',
    }),
  };
}

type SayingInput = InputShapeFromFields<ReturnType<typeof sayingFields>>;

/** Reads the message from an input. Throws ChatError INVALID_INPUT if an id is malformed. */
export function readSaying(input: SayingInput): NewText {
  const { clientMessageId, text } = input;
  return {
    conversationId: inputId('Conversation', input.conversationId, 'conversationId'),
    ...{ clientMessageId, text },
    replyTo: optionalInputId('Message', input.replyToId, 'replyToId'),
    threadRoot: optionalInputId('Message', input.threadRootId, 'threadRootId'),
    mentionIds: input.mentionIds?.map((id, place) => inputId('User', id, 'mentionIds', String(place))),
    mentionsEveryone: input.mentionsEveryone ?? undefined,
    attachments: input.attachments ?? undefined,
    data: input.data,
    poll: input.poll,
  };
}

/** Returns what ends the draft that the input names as its origin. Undefined if it names none. */
export function endingDraft(context: Context, saying: NewText, { draftWrittenAt: writtenAt }: Pick<SayingInput, 'draftWrittenAt'>) {
  return writtenAt ? context.chat.drafts.ending(requireViewer(context), { ...saying, writtenAt }) : undefined;
}

mutation('sendMessage', {
  description:
    'Sends a message. When the mutation returns without errors, the message is stored. If there is no answer, or the answer is UNAVAILABLE, send the same request again: it returns the first message, however much later. A different request under the same `clientMessageId` is refused with CONFLICT.',
  input: sayingFields,
  async act(viewer, input, context) {
    const saying = readSaying(input);
    return { message: await context.chat.messages.send(viewer, saying, endingDraft(context, saying, input)) };
  },
  payload: (t) => ({
    messageEdge: t.field({
      type: MessageEdge,
      nullable: true,
      description: 'The message in the conversation’s lists: the first one under its `clientMessageId`. Null if the mutation was refused.',
      resolve: ({ message }, _args, context) => message && sentEdge(context, message),
    }),
  }),
});
