import type { Poll as PollWords } from '../src/log/index.ts';
import { type Message as MessageShape, type OptionRef, optionsOf, type PollOption as PollOptionShape } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { emptyPage, forwardArgs, forwardConnection } from './connection.ts';
import { requireViewer } from './context.ts';
import { viewerAccess } from './conversation.ts';
import { formatId, inputId } from './ids.ts';
import { Message } from './message.ts';
import { messageFields } from './message-act.ts';
import { mutation } from './mutation.ts';
import { Node, presentUser } from './node.ts';
import type { ForwardPage } from './page.ts';
import { shareable } from './shareable.ts';
import { UserConnection } from './user.ts';

/** An option of a poll. */
export const PollOption = builder.objectRef<PollOptionShape>('PollOption').implement({
  description: 'An option of a poll, with its votes.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      extensions: shareable,
      description: 'The global ID. It never changes, because a poll’s options never change.',
      resolve: (option) => formatId('PollOption', option),
    }),
    text: t.string({ extensions: shareable, description: 'The text of the option.', resolve: ({ option }) => option }),
    voteCount: t.int({
      extensions: shareable,
      description: 'The number of users who have chosen the option.',
      resolve: async ({ choice, ...ref }, _args, { scope }) => (await scope.loaders.votes.load(ref)).votes(choice),
    }),
    viewerHasVoted: t.boolean({
      description: 'Whether the viewer has chosen the option.',
      async resolve({ choice, ...ref }, _args, context) {
        requireViewer(context);
        return (await context.scope.loaders.ownVotes.load(ref)).includes(choice);
      },
    }),
    voters: t.field({
      type: UserConnection,
      nullable: true,
      description: 'The users who have chosen the option, or null if the poll is anonymous.',
      args: forwardArgs(),
      async resolve({ conversationId, seq, choice, anonymous }, args, context) {
        if (anonymous) return null;
        const page = { order: 'userId', read, node } as const;
        async function read({ first, after }: ForwardPage) {
          const request = { conversationId, seq, choice, first, after: after === undefined ? undefined : BigInt(after) };
          const { items, hasNextPage } = await context.scope.loaders.voters.load(request);
          return { items: items.map((userId) => ({ userId, key: String(userId) })), hasNextPage };
        }
        function node({ userId }: { readonly userId: bigint }) {
          return presentUser(context, userId);
        }
        return (await viewerAccess(context, { id: conversationId })) === null ? emptyPage : forwardConnection(args, page);
      },
    }),
  }),
});

/** A poll and its message. */
interface PollShape extends PollWords {
  readonly of: MessageShape;
}

const Poll = builder.objectRef<PollShape>('Poll').implement({
  description: 'The poll of a message. The text of the message is the question.',
  fields: (t) => ({
    options: t.field({
      extensions: shareable,
      type: [PollOption],
      description: 'The options, in order, from 2 to 20.',
      resolve: ({ of }) => optionsOf(of),
    }),
    voterCount: t.int({
      extensions: shareable,
      description: 'The number of users who have voted.',
      resolve: async ({ of }, _args, { scope }) => (await scope.loaders.votes.load(of)).voters,
    }),
    multiple: t.exposeBoolean('multiple', { extensions: shareable, description: 'Whether a user can choose several options.' }),
    anonymous: t.exposeBoolean('anonymous', {
      extensions: shareable,
      description:
        'Whether votes are anonymous: nobody can see who chose what, not even the sender of the message, and events do not tell it.',
    }),
    closesAt: t.expose('closesAt', {
      extensions: shareable,
      type: 'DateTime',
      nullable: true,
      description: 'When voting ends, or null if the poll is open until somebody closes it.',
    }),
    closedAt: t.expose('closedAt', {
      extensions: shareable,
      type: 'DateTime',
      nullable: true,
      description:
        'When the poll was closed, or null if it is not closed. It is still null for a short time after `closesAt`, until `PollClosed` arrives.',
    }),
  }),
});

builder.objectField(Message, 'poll', (t) =>
  t.field({
    extensions: shareable,
    type: Poll,
    nullable: true,
    description: 'The poll of the message, or null if there is none or the message was recalled.',
    resolve: (of) => of.poll && { ...of.poll, of },
  }),
);

/** A poll to send with a message. */
export const PollInput = builder.inputType('PollInput', {
  description:
    'A poll for everyone who can read the message. The text of the message is the question. Unlike the text, the poll cannot be changed once it is sent.',
  fields: (t) => ({
    options: t.stringList({
      required: true,
      description: 'The options, from 2 to 20. Each is one line of up to 200 characters, and no two are alike.',
    }),
    multiple: t.boolean({ description: 'Whether a user can choose several options. Defaults to false.' }),
    anonymous: t.boolean({ description: 'Whether votes are anonymous: nobody can see who chose what. Defaults to false.' }),
    closesAt: t.field({
      type: 'DateTime',
      description: 'When voting ends. It must be in the future, within a year. If omitted, the poll is open until somebody closes it.',
    }),
  }),
});

mutation('votePoll', {
  description:
    'Votes in a poll. This replaces the viewer’s previous vote. Anyone who can read the message can vote until the poll is closed. Repeating it has no further effect.',
  input: (t) => ({
    messageId: t.id({ required: true, description: 'The ID of the message with the poll.' }),
    optionIds: t.idList({
      required: true,
      description:
        'The IDs of all options that the viewer chooses: one, or several if the poll is `multiple`. They replace those chosen before; an empty list takes the vote back.',
    }),
  }),
  async act(viewer, { messageId, optionIds }, { chat }) {
    const message = inputId('Message', messageId, 'messageId');
    const options: readonly OptionRef[] = optionIds.map((id, place) => inputId('PollOption', id, 'optionIds', String(place)));
    return { message: await chat.messages.votePoll(viewer, { message, options }) };
  },
  payload: messageFields,
});

mutation('closePoll', {
  description:
    'Closes a poll permanently. Its votes stay. The sender of the message can do this, and so can the group’s owner and admins. Repeating it has no further effect.',
  input: (t) => ({ messageId: t.id({ required: true, description: 'The ID of the message with the poll.' }) }),
  act: async (viewer, { messageId }, { chat }) => ({
    message: await chat.messages.closePoll(viewer, inputId('Message', messageId, 'messageId')),
  }),
  payload: messageFields,
});
