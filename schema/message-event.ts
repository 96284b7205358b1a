import type { KnownEntry } from '../src/log/index.ts';
import { optionsOf } from '../src/message/index.ts';
import type { Context } from './context.ts';
import { conversationEventInterfaces as interfaces } from './conversation-event.ts';
import { type Logged, loggedTypes } from './event.ts';
import { Message } from './message.ts';
import { PollOption } from './poll.ts';
import { shareable } from './shareable.ts';

const { MessageEdited, MessageRecalled, ReactionsChanged, PollVoted, PollClosed, PinChanged, HistoryTrimmed } = loggedTypes;

type OfMessage = Logged<KnownEntry<'MessageEdited' | 'MessageRecalled' | 'ReactionsChanged' | 'PollVoted' | 'PollClosed' | 'PinChanged'>>;

function message({ entry: { streamId: conversationId, data } }: OfMessage, _args: object, { scope }: Context) {
  return scope.loaders.messages.load({ conversationId, seq: data.messageSeq });
}

const messageField = {
  extensions: shareable,
  type: Message,
  nullable: true,
  description: 'The message as it stands, or what is left of it; null once it is gone.',
  resolve: message,
} as const;

MessageEdited.implement({
  description: 'What a message says was changed: its text, what is attached to it or put on it, or whom it mentions.',
  interfaces,
  fields: (t) => ({
    message: t.field(messageField),
  }),
});

MessageRecalled.implement({
  description: 'A message was taken back: its text, attachments, data, poll, mentions, reactions and edits are gone, its place stays.',
  interfaces,
  fields: (t) => ({
    message: t.field(messageField),
  }),
});

ReactionsChanged.implement({
  description: 'Somebody, the actor, has reacted to a message, or no longer does.',
  interfaces,
  fields: (t) => ({
    message: t.field(messageField),
    emoji: t.string({ extensions: shareable, description: 'With what.', resolve: ({ entry }) => entry.data.emoji }),
    added: t.boolean({
      extensions: shareable,
      description: 'True: they react; false: no longer.',
      resolve: ({ entry }) => entry.data.added,
    }),
  }),
});

PollVoted.implement({
  description:
    'Somebody has chosen of a poll, or taken back what they had chosen. They are the actor, but of an anonymous poll, where nobody is.',
  interfaces,
  fields: (t) => ({
    message: t.field(messageField),
    options: t.field({
      extensions: shareable,
      type: [PollOption],
      nullable: true,
      description: 'All that the actor has chosen from here on; null: the poll is anonymous, or nothing is left of it.',
      async resolve({ entry: { streamId: conversationId, data } }, _args, { scope }) {
        const message = await scope.loaders.messages.load({ conversationId, seq: data.messageSeq });
        const { choices } = data;
        return choices === null || !message?.poll ? null : optionsOf(message).filter(({ choice }) => choices.includes(choice));
      },
    }),
  }),
});

PollClosed.implement({
  description: 'A poll is closed: nobody may choose any more. The actor has closed it; nobody: its time was over.',
  interfaces,
  fields: (t) => ({
    message: t.field(messageField),
  }),
});

PinChanged.implement({
  description: 'A message was pinned, or is pinned no longer.',
  interfaces,
  fields: (t) => ({
    message: t.field(messageField),
    pinned: t.boolean({
      extensions: shareable,
      description: 'Whether it is pinned from here on.',
      resolve: ({ entry }) => entry.data.pinned,
    }),
  }),
});

HistoryTrimmed.implement({
  description:
    'What stood in the conversation up to a place is gone for everybody, because it is kept for a time only: messages with all that was about them, and what happened between them.',
  interfaces,
  fields: (t) => ({
    untilSeq: t.int({
      extensions: shareable,
      description: 'The last seq of what is gone. A message up to there that is still referred to looks as if it had been taken back.',
      resolve: ({ entry }) => entry.data.untilSeq,
    }),
  }),
});
