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
  description: 'The message in its current state, or what is left of it. Null if it no longer exists.',
  resolve: message,
} as const;

MessageEdited.implement({
  description: 'A message was edited: its text, attachments, data or mentions changed.',
  interfaces,
  fields: (t) => ({
    message: t.field(messageField),
  }),
});

MessageRecalled.implement({
  description:
    'A message was recalled: its text, attachments, data, poll, mentions, reactions and former versions are gone. Its place in the conversation stays.',
  interfaces,
  fields: (t) => ({
    message: t.field(messageField),
  }),
});

ReactionsChanged.implement({
  description: 'The actor added a reaction to a message, or removed one.',
  interfaces,
  fields: (t) => ({
    message: t.field(messageField),
    emoji: t.string({ extensions: shareable, description: 'The emoji of the reaction.', resolve: ({ entry }) => entry.data.emoji }),
    added: t.boolean({
      extensions: shareable,
      description: 'Whether the reaction was added (true) or removed (false).',
      resolve: ({ entry }) => entry.data.added,
    }),
  }),
});

PollVoted.implement({
  description: 'A user voted in a poll, or took back their vote. The user is the `actor`; in an anonymous poll, the `actor` is null.',
  interfaces,
  fields: (t) => ({
    message: t.field(messageField),
    options: t.field({
      extensions: shareable,
      type: [PollOption],
      nullable: true,
      description: 'All options that the actor chooses as of this event. Null if the poll is anonymous, or if nothing is left of it.',
      async resolve({ entry: { streamId: conversationId, data } }, _args, { scope }) {
        const message = await scope.loaders.messages.load({ conversationId, seq: data.messageSeq });
        const { choices } = data;
        return choices === null || !message?.poll ? null : optionsOf(message).filter(({ choice }) => choices.includes(choice));
      },
    }),
  }),
});

PollClosed.implement({
  description: 'A poll was closed: nobody can vote any more. The `actor` is the user who closed it, or null if its `closesAt` was reached.',
  interfaces,
  fields: (t) => ({
    message: t.field(messageField),
  }),
});

PinChanged.implement({
  description: 'A message was pinned or unpinned.',
  interfaces,
  fields: (t) => ({
    message: t.field(messageField),
    pinned: t.boolean({
      extensions: shareable,
      description: 'Whether the message is pinned as of this event.',
      resolve: ({ entry }) => entry.data.pinned,
    }),
  }),
});

HistoryTrimmed.implement({
  description:
    'The history of the conversation up to an entry was removed for everyone, because the server keeps history for a limited time. This includes the messages, with everything about them, and the events between them.',
  interfaces,
  fields: (t) => ({
    untilSeq: t.int({
      extensions: shareable,
      description: 'The `seq` of the last removed entry. A message up to there that is still referred to looks like a recalled one.',
      resolve: ({ entry }) => entry.data.untilSeq,
    }),
  }),
});
