import type { askedKinds, BeforeSend as BeforeSendShape, onFailures } from '../../src/webhook/index.ts';
import { inputDescription, type Refusable } from '../errors.ts';
import { builder } from './builder.ts';
import { settle, withErrors } from './errors.ts';

const BeforeSendFailure = builder.enumType('BeforeSendFailure', {
  description: 'What counts where the app that is asked does not answer as it should.',
  values: {
    ALLOW: { description: 'It is said as it is.' },
    REFUSE: { description: 'It is not said: the sender is told UNAVAILABLE, and may try again.' },
  } satisfies Record<(typeof onFailures)[number], unknown>,
});

const BeforeSendConversations = builder.enumType('BeforeSendConversations', {
  description: 'In which conversations the app is asked.',
  values: {
    ALL: { description: 'In all.' },
    DIRECT: { description: 'In those of two.' },
    GROUP: { description: 'In groups.' },
  } satisfies Record<(typeof askedKinds)[number], unknown>,
});

const BeforeSend = builder.objectRef<BeforeSendShape>('BeforeSend').implement({
  description: 'The app that is asked before something is said: it lets it pass, refuses it or changes it.',
  fields: (t) => ({
    url: t.exposeString('url', { description: 'What is called, by POST.' }),
    deadlineMs: t.exposeInt('deadlineMs', { description: 'By when it is to have answered, in milliseconds.' }),
    onFailure: t.expose('onFailure', { type: BeforeSendFailure, description: 'What counts where it does not.' }),
    conversations: t.expose('conversations', { type: BeforeSendConversations, description: 'Where it is asked.' }),
    changedAt: t.expose('changedAt', { type: 'DateTime', description: 'When this was chosen.' }),
  }),
});

builder.queryField('beforeSend', (t) =>
  t.field({
    type: BeforeSend,
    nullable: true,
    description: 'The app that is asked before something is said; null: none.',
    resolve: (_root, _args, { chat }) => chat.beforeSend.get(),
  }),
);

interface SetShape extends Refusable {
  readonly beforeSend?: BeforeSendShape | null;
  readonly secret?: string | null;
}

const SetBeforeSendPayload = withErrors(
  builder.objectRef<SetShape>('SetBeforeSendPayload').implement({
    description: 'What came of setBeforeSend.',
    fields: (t) => ({
      beforeSend: t.expose('beforeSend', {
        type: BeforeSend,
        nullable: true,
        description: 'Who is asked; null if it was refused.',
      }),
      secret: t.exposeString('secret', {
        nullable: true,
        description: 'A secret that is new, shown this once; null: it is the one that it was, or it was refused.',
      }),
    }),
  }),
);

const SetBeforeSendInput = builder.inputType('SetBeforeSendInput', {
  description: 'Whom to ask. What is absent stays as it is.',
  fields: (t) => ({
    url: t.string({ required: true, description: 'What to call: as of a webhook.' }),
    deadlineMs: t.int({ description: 'By when it is to have answered: 50 to 5,000; at first 1,000.' }),
    onFailure: t.field({ type: BeforeSendFailure, description: 'What counts where it does not; at first ALLOW.' }),
    conversations: t.field({ type: BeforeSendConversations, description: 'Where it is asked; at first ALL.' }),
    newSecret: t.boolean({ description: 'True: another secret; the one before is over at once.' }),
  }),
});

builder.mutationField('setBeforeSend', (t) =>
  t.field({
    type: SetBeforeSendPayload,
    description: 'Has an app be asked before something is said: on this node at once and on all others within a second.',
    args: { input: t.arg({ type: SetBeforeSendInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { url, deadlineMs, onFailure, conversations, newSecret } }, { chat: { beforeSend }, note }) =>
      settle<SetShape>(async () => {
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
      }),
  }),
);

const RemoveBeforeSendInput = builder.inputType('RemoveBeforeSendInput', {
  description: 'Who is to be asked no longer.',
  fields: (t) => ({ url: t.string({ required: true, description: 'What is called until then: so that it is not another by now.' }) }),
});

const RemoveBeforeSendPayload = withErrors(
  builder.objectRef<Refusable & { readonly removed?: boolean }>('RemoveBeforeSendPayload').implement({
    description: 'What came of removeBeforeSend.',
    fields: (t) => ({
      removed: t.boolean({ description: 'Whether nobody is asked any more.', resolve: ({ removed = false }) => removed }),
    }),
  }),
);

builder.mutationField('removeBeforeSend', (t) =>
  t.field({
    type: RemoveBeforeSendPayload,
    description: 'Asks nobody any more before something is said.',
    args: { input: t.arg({ type: RemoveBeforeSendInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { url } }, { chat: { beforeSend }, note }) =>
      settle(async () => {
        const before = await beforeSend.get();
        const removed = await beforeSend.remove(url);
        note({ before, after: null });
        return { removed };
      }),
  }),
);
