import type { Message as MessageShape, NewText } from '../src/message/index.ts';
import { AttachmentInput } from './attachment.ts';
import { builder, type Types } from './builder.ts';
import type { Edge } from './connection.ts';
import { type Context, requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { inputId } from './ids.ts';
import { MessageEdge, sentEdge } from './message.ts';
import { PollInput } from './poll.ts';

/** What is asked for of a message that somebody says, at once or later. */
export function sayingFields(t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>) {
  return {
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    clientMessageId: t.id({
      required: true,
      description:
        'A name that the client makes up for this message, 1 to 64 printable ASCII characters: sent again under the same one it is not said twice.',
    }),
    text: t.string({
      required: true,
      description: 'What to say, not blank, or empty where something is attached or put on it; stored to the letter.',
    }),
    replyToId: t.id({ description: 'The message it answers, of the same conversation.' }),
    threadRootId: t.id({ description: 'The message in whose thread it replies, or any reply there; of the same conversation.' }),
    mentionIds: t.idList({ description: 'Members whom it mentions by name, at most 50.' }),
    mentionsEveryone: t.boolean({ description: 'Whether it mentions everyone: in a group whom its `mentionPolicy` lets.' }),
    attachments: t.field({ type: [AttachmentInput], description: 'What is attached to it, in order: at most MAX_ATTACHMENTS.' }),
    data: t.field({
      type: 'JSONObject',
      description:
        'What is put on it for clients that know what it means: at most MAX_DATA_BYTES of JSON, ten levels deep. Nothing here looks for what it means.',
    }),
    poll: t.field({ type: PollInput, description: 'What it asks: its text, which may not be empty then, is the question.' }),
    draftWrittenAt: t.field({
      type: 'DateTime',
      description:
        'That it was a draft: what the viewer has saved in that place goes with it, as by `removeDraft` with this as its `writtenAt`. Only where something was saved of it.',
    }),
  };
}

const SendMessageInput = builder.inputType('SendMessageInput', {
  description: 'What to say where.',
  fields: sayingFields,
});

type SayingInput = typeof SendMessageInput.$inferInput;

/** A message that an input asks for. Throws ChatError INVALID_INPUT where an id is none. */
export function readSaying(input: SayingInput): NewText {
  const { clientMessageId, text } = input;
  return {
    conversationId: inputId('Conversation', input.conversationId, 'conversationId'),
    ...{ clientMessageId, text },
    replyTo: optional(input.replyToId, (id) => inputId('Message', id, 'replyToId')),
    threadRoot: optional(input.threadRootId, (id) => inputId('Message', id, 'threadRootId')),
    mentionIds: input.mentionIds?.map((id, place) => inputId('User', id, 'mentionIds', String(place))),
    mentionsEveryone: input.mentionsEveryone ?? undefined,
    attachments: input.attachments ?? undefined,
    data: input.data,
    poll: input.poll,
  };
}

/** What ends the draft that an input says it was; undefined: it was none. */
export function endingDraft(context: Context, saying: NewText, { draftWrittenAt: writtenAt }: Pick<SayingInput, 'draftWrittenAt'>) {
  return writtenAt ? context.chat.drafts.ending(requireViewer(context), { ...saying, writtenAt }) : undefined;
}

interface SendMessageShape extends Refusable {
  readonly message?: MessageShape;
}

const SendMessagePayload = withErrors(
  builder.objectRef<SendMessageShape>('SendMessagePayload').implement({
    description: 'What came of sendMessage.',
    fields: (t) => ({
      messageEdge: t.field({
        type: MessageEdge,
        nullable: true,
        description: 'The message in the conversation’s lists: the first one under its clientMessageId. Null if it was refused.',
        resolve: ({ message }, _args, { scope }): Edge<MessageShape> | undefined => message && sentEdge(scope.loaders, message),
      }),
    }),
  }),
);

function optional<T>(id: string | null | undefined, read: (id: string) => T): T | undefined {
  return id === null || id === undefined ? undefined : read(id);
}

builder.mutationField('sendMessage', (t) =>
  t.field({
    type: SendMessagePayload,
    description:
      'Says something. Once answered it is stored. Where no answer comes, or UNAVAILABLE, send the same again: the first one is found, for ever. Another request under the same clientMessageId is refused as CONFLICT.',
    args: { input: t.arg({ type: SendMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const saying = readSaying(input);
        return { message: await context.chat.messages.send(viewer, saying, endingDraft(context, saying, input)) };
      }),
  }),
);
