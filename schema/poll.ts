import type { Poll as PollWords } from '../src/log/index.ts';
import {
  type MessageRef,
  type Message as MessageShape,
  type OptionRef,
  optionsOf,
  type PollOption as PollOptionShape,
} from '../src/message/index.ts';
import { builder } from './builder.ts';
import { emptyPage, forwardConnection } from './connection.ts';
import { requireViewer } from './context.ts';
import { viewerAccess } from './conversation.ts';
import { inputDescription } from './errors.ts';
import { formatId, inputId } from './ids.ts';
import { Message } from './message.ts';
import { actOn, messagePayload } from './message-act.ts';
import { Node, presentUser } from './node.ts';
import { shareable } from './shareable.ts';
import { UserConnection } from './user.ts';

/** What a poll lets choose. */
export const PollOption = builder.objectRef<PollOptionShape>('PollOption').implement({
  description: 'One of what there is to choose from, and who has chosen it.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      extensions: shareable,
      description: 'Its global id, the same for ever: a poll’s options never change.',
      resolve: (option) => formatId('PollOption', option),
    }),
    text: t.string({ extensions: shareable, description: 'What it says.', resolve: ({ option }) => option }),
    voteCount: t.int({
      extensions: shareable,
      description: 'How many people have chosen it.',
      resolve: async ({ choice, ...ref }, _args, { scope }) => (await scope.loaders.votes.load(ref)).votes(choice),
    }),
    viewerHasVoted: t.boolean({
      description: 'Whether the viewer has chosen it.',
      async resolve({ choice, ...ref }, _args, context) {
        requireViewer(context);
        return (await context.scope.loaders.ownVotes.load(ref)).includes(choice);
      },
    }),
    voters: t.field({
      type: UserConnection,
      nullable: true,
      description: 'Who has chosen it; null where nobody is told: the poll is anonymous.',
      args: {
        first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
        after: t.arg.string({ description: 'The cursor to go on after.' }),
      },
      async resolve({ conversationId, seq, choice, anonymous }, args, context) {
        if (anonymous) return null;
        const page = { order: 'userId', read, node } as const;
        async function read({ first, after }: { readonly first: number; readonly after: string | undefined }) {
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

/** A poll with the message that asks. */
interface PollShape extends PollWords {
  readonly of: MessageShape;
}

const Poll = builder.objectRef<PollShape>('Poll').implement({
  description: 'What a message asks: its text is the question.',
  fields: (t) => ({
    options: t.field({
      extensions: shareable,
      type: [PollOption],
      description: 'What there is to choose from, in order: from 2 to 20.',
      resolve: ({ of }) => optionsOf(of),
    }),
    voterCount: t.int({
      extensions: shareable,
      description: 'How many people have chosen anything.',
      resolve: async ({ of }, _args, { scope }) => (await scope.loaders.votes.load(of)).voters,
    }),
    multiple: t.exposeBoolean('multiple', { extensions: shareable, description: 'Whether one may choose several.' }),
    anonymous: t.exposeBoolean('anonymous', {
      extensions: shareable,
      description: 'Whether nobody is told who chose what: not those who asked, nor by events.',
    }),
    closesAt: t.expose('closesAt', {
      extensions: shareable,
      type: 'DateTime',
      nullable: true,
      description: 'From when on nobody may choose any more; null: until somebody closes it.',
    }),
    closedAt: t.expose('closedAt', {
      extensions: shareable,
      type: 'DateTime',
      nullable: true,
      description: 'From when on it is closed; null: it is not, or its time is over just now and `PollClosed` is still to come.',
    }),
  }),
});

builder.objectField(Message, 'poll', (t) =>
  t.field({
    extensions: shareable,
    type: Poll,
    nullable: true,
    description: 'What it asks; null: nothing, or it is recalled.',
    resolve: (of) => of.poll && { ...of.poll, of },
  }),
);

/** What to ask. */
export const PollInput = builder.inputType('PollInput', {
  description:
    'What there is to choose from, for everybody who reads the message. All of it stands for ever, unlike the text, which is the question.',
  fields: (t) => ({
    options: t.stringList({
      required: true,
      description: 'From 2 to 20, each one line of up to 200 characters, no two alike.',
    }),
    multiple: t.boolean({ description: 'Whether one may choose several; no by default.' }),
    anonymous: t.boolean({ description: 'Whether nobody is told who chose what; no by default.' }),
    closesAt: t.field({ type: 'DateTime', description: 'From when on nobody may choose any more: a time that is to come, within a year.' }),
  }),
});

const VotePollInput = builder.inputType('VotePollInput', {
  description: 'What to choose of which poll.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The message that asks.' }),
    optionIds: t.idList({
      required: true,
      description:
        'All that the viewer chooses, in place of what they had chosen: one, or several of a poll of which one may choose several; none takes it back.',
    }),
  }),
});

const VotePollPayload = messagePayload('votePoll');

builder.mutationField('votePoll', (t) =>
  t.field({
    type: VotePollPayload,
    description:
      'Chooses of a poll, in place of what the viewer had chosen of it before; twice is once. Whoever reads the message may, until it is closed.',
    args: { input: t.arg({ type: VotePollInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { messageId, optionIds } }, context, info) =>
      actOn(context, info, {
        messageId,
        act(viewer, message: MessageRef) {
          const options: readonly OptionRef[] = optionIds.map((id, place) => inputId('PollOption', id, 'optionIds', String(place)));
          return context.chat.messages.votePoll(viewer, { message, options });
        },
      }),
  }),
);

const ClosePollInput = builder.inputType('ClosePollInput', {
  description: 'Which poll to close.',
  fields: (t) => ({ messageId: t.id({ required: true, description: 'The message that asks.' }) }),
});

const ClosePollPayload = messagePayload('closePoll');

builder.mutationField('closePoll', (t) =>
  t.field({
    type: ClosePollPayload,
    description: 'Closes a poll for good: what was chosen stands. Whoever asked may, and who runs the group; twice is once.',
    args: { input: t.arg({ type: ClosePollInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { messageId } }, context, info) => actOn(context, info, { messageId, act: context.chat.messages.closePoll }),
  }),
);
