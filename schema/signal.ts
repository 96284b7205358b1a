import { Event, liveTypes } from './event.ts';
import { formatId, inputId } from './ids.ts';
import { mutation } from './mutation.ts';
import { shareable } from './shareable.ts';
import { User } from './user.ts';

liveTypes.signal.implement({
  description:
    'A signal that a client sent with `sendSignal` to those who are connected. The viewer receives their own signals too, on all their devices. Not stored in a stream: a signal arrives once or never, and is not sent again.',
  interfaces: [Event],
  fields: (t) => ({
    conversationId: t.id({
      extensions: shareable,
      description: 'The ID of the conversation.',
      resolve: ({ conversationId }) => formatId('Conversation', conversationId),
    }),
    sender: t.field({
      extensions: shareable,
      type: User,
      nullable: true,
      description: 'The user whose client sent the signal, or null once their account has been erased.',
      resolve: ({ userId }, _args, { scope }) => scope.loaders.users.load(userId),
    }),
    name: t.exposeString('name', { extensions: shareable, description: 'The name of the signal, whose meaning clients agree on.' }),
    data: t.expose('data', {
      extensions: shareable,
      type: 'JSONObject',
      nullable: true,
      description: 'The data of the signal, or null if there is none.',
    }),
    sentAt: t.expose('sentAt', {
      extensions: shareable,
      type: 'DateTime',
      description: 'When the signal was passed on, by the clock of the node that received it.',
    }),
  }),
});

mutation('sendSignal', {
  description:
    'Sends a signal to those who are connected, for example that a call is ringing. It is not stored: it arrives now or never. Everyone who can send messages in the conversation can send signals; others are refused as by `sendMessage`. Users who have blocked the viewer, or whom the viewer has blocked, do not receive it. Refused with RATE_LIMITED beyond SIGNALS_PER_SECOND.',
  input: (t) => ({
    conversationId: t.id({ required: true, description: 'The ID of the conversation.' }),
    name: t.string({ required: true, description: 'The name of the signal: 1 to 64 of `a-z A-Z 0-9 _ . -`, beginning with a letter.' }),
    data: t.field({ type: 'JSONObject', description: 'JSON data to send along, up to MAX_SIGNAL_BYTES.' }),
    recipientIds: t.idList({
      description:
        'The IDs of the members who receive the signal, at most 50. The viewer’s own devices always receive it; with `[]`, nobody else does. If omitted, all members receive it.',
    }),
  }),
  async act(viewer, { conversationId: id, name, data, recipientIds }, { chat }) {
    const conversationId = inputId('Conversation', id, 'conversationId');
    const only = recipientIds?.map((userId, place) => inputId('User', userId, 'recipientIds', String(place)));
    await chat.messages.sendSignal(viewer, { conversationId, name, data, recipientIds: only });
    return {};
  },
  payload: () => ({}),
});
