import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { Event, liveTypes } from './event.ts';
import { formatId, inputId } from './ids.ts';
import { shareable } from './shareable.ts';
import { User } from './user.ts';

liveTypes.signal.implement({
  description:
    'What a client has told the others who are connected, by sendSignal: the viewer’s own too, on all of their devices. Not logged: it comes once or never, and is not told again.',
  interfaces: [Event],
  fields: (t) => ({
    conversationId: t.id({
      extensions: shareable,
      description: 'Where.',
      resolve: ({ conversationId }) => formatId('Conversation', conversationId),
    }),
    sender: t.field({
      extensions: shareable,
      type: User,
      nullable: true,
      description: 'Whose client; null once their account is erased.',
      resolve: ({ userId }, _args, { scope }) => scope.loaders.users.load(userId),
    }),
    name: t.exposeString('name', { extensions: shareable, description: 'What kind of signal it is, as clients have agreed.' }),
    data: t.expose('data', {
      extensions: shareable,
      type: 'JSONObject',
      nullable: true,
      description: 'What goes with it; null: nothing.',
    }),
    sentAt: t.expose('sentAt', {
      extensions: shareable,
      type: 'DateTime',
      description: 'When it was passed on, by the clock of the node that took it.',
    }),
  }),
});

const SendSignalInput = builder.inputType('SendSignalInput', {
  description: 'What to tell others at once, and where.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    name: t.string({ required: true, description: 'What kind of signal it is: 1 to 64 of `a-z A-Z 0-9 _ . -`, a letter first.' }),
    data: t.field({ type: 'JSONObject', description: 'What goes with it, of up to MAX_SIGNAL_BYTES.' }),
    recipientIds: t.idList({
      description:
        'Members who are told, beside the viewer’s own devices: at most 50, and with `[]` nobody else. Absent: all who are in the conversation.',
    }),
  }),
});

const SendSignalPayload = withErrors(
  builder.objectRef<Refusable>('SendSignalPayload').implement({ description: 'What came of sendSignal.', fields: () => ({}) }),
);

builder.mutationField('sendSignal', (t) =>
  t.field({
    type: SendSignalPayload,
    description:
      'Tells who is connected something that nobody keeps, such as that a call rings: at once or never. For who may write there; what sendMessage would be refused for is refused in the same words. Who has blocked the viewer, or is blocked, is not told. RATE_LIMITED past SIGNALS_PER_SECOND.',
    args: { input: t.arg({ type: SendSignalInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { conversationId: id, name, data, recipientIds } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const conversationId = inputId('Conversation', id, 'conversationId');
        const only = recipientIds?.map((userId, place) => inputId('User', userId, 'recipientIds', String(place)));
        await context.chat.messages.sendSignal(viewer, { conversationId, name, data, recipientIds: only });
        return {};
      }),
  }),
);
