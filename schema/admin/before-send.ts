import type { askedKinds, BeforeSend as BeforeSendShape, onFailures } from '../../src/webhook/index.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';

const BeforeSendFailure = builder.enumType('BeforeSendFailure', {
  description: 'What happens when the app does not give a valid answer in time.',
  values: {
    ALLOW: { description: 'The message is sent as it is.' },
    REFUSE: { description: 'The message is refused. The sender gets UNAVAILABLE and may try again.' },
  } satisfies Record<(typeof onFailures)[number], unknown>,
});

const BeforeSendConversations = builder.enumType('BeforeSendConversations', {
  description: 'The conversations whose messages the app checks.',
  values: {
    ALL: { description: 'All conversations.' },
    DIRECT: { description: 'Only direct conversations.' },
    GROUP: { description: 'Only groups.' },
  } satisfies Record<(typeof askedKinds)[number], unknown>,
});

const BeforeSend = builder.objectRef<BeforeSendShape>('BeforeSend').implement({
  description: 'The app that checks messages before they are sent, forwarded or edited. It can allow, refuse or change a message.',
  fields: (t) => ({
    url: t.exposeString('url', { description: 'The URL that is called with POST.' }),
    deadlineMs: t.exposeInt('deadlineMs', { description: 'How long the app may take to answer, in milliseconds.' }),
    onFailure: t.expose('onFailure', {
      type: BeforeSendFailure,
      description: 'What happens when the app does not give a valid answer in time.',
    }),
    conversations: t.expose('conversations', {
      type: BeforeSendConversations,
      description: 'The conversations whose messages the app checks.',
    }),
    changedAt: t.expose('changedAt', { type: 'DateTime', description: 'When this configuration was last set.' }),
  }),
});

builder.queryField('beforeSend', (t) =>
  t.field({
    type: BeforeSend,
    nullable: true,
    description: 'The app that checks messages before they are sent, or null if there is none.',
    resolve: (_root, _args, { chat }) => chat.beforeSend.get(),
  }),
);

mutation('setBeforeSend', {
  description:
    'Sets the app that checks messages before they are sent. It takes effect on this node at once, and on all others within a second.',
  inputDescription: 'The app that is to check messages. An omitted field stays unchanged.',
  input: (t) => ({
    url: t.string({ required: true, description: 'The URL to call. The rules for the URL of a webhook apply.' }),
    deadlineMs: t.int({ description: 'How long the app may take to answer, from 50 to 5,000 milliseconds. The initial value is 1,000.' }),
    onFailure: t.field({
      type: BeforeSendFailure,
      description: 'What happens when the app does not give a valid answer in time. The initial value is ALLOW.',
    }),
    conversations: t.field({
      type: BeforeSendConversations,
      description: 'The conversations whose messages the app checks. The initial value is ALL.',
    }),
    newSecret: t.boolean({
      description: 'If true, the secret is replaced. For 24 hours, calls are signed with both secrets. Defaults to false.',
    }),
  }),
  async act({ url, deadlineMs, onFailure, conversations, newSecret }, { chat: { beforeSend }, note }) {
    const before = await beforeSend.get();
    const set = await beforeSend.set({
      url,
      deadlineMs: deadlineMs ?? undefined,
      onFailure: onFailure ?? undefined,
      conversations: conversations ?? undefined,
      newSecret: newSecret ?? undefined,
    });
    note({ before, after: set.beforeSend });
    return set;
  },
  payload: (t) => ({
    beforeSend: t.expose('beforeSend', {
      type: BeforeSend,
      nullable: true,
      description: 'The app that checks messages, or null if the mutation was refused.',
    }),
    secret: t.exposeString('secret', {
      nullable: true,
      description:
        'The new secret, which signs the calls. It is shown only once. Null if the secret was not replaced or the mutation was refused.',
    }),
  }),
});

mutation('removeBeforeSend', {
  description: 'Removes the app that checks messages before they are sent.',
  inputDescription: 'The app to remove.',
  input: (t) => ({
    url: t.string({
      required: true,
      description: 'The URL of the app. The mutation is refused with NOT_FOUND if it is not the URL that is currently set.',
    }),
  }),
  async act({ url }, { chat: { beforeSend }, note }) {
    const before = await beforeSend.get();
    const removed = await beforeSend.remove(url);
    note({ before, after: null });
    return { removed };
  },
  payload: (t) => ({
    removed: t.boolean({
      description: 'Whether the app was removed. False if the mutation was refused.',
      resolve: ({ removed = false }) => removed,
    }),
  }),
});
