import type {
  Backlog as BacklogShape,
  WebhookEvent as WebhookEventWord,
  Webhook as WebhookShape,
  webhookFaults,
  webhookStates,
} from '../../src/webhook/index.ts';
import { builder } from './builder.ts';

const events: Readonly<Record<WebhookEventWord, string>> = {
  MessageSent: 'Something was said.',
  MessageEdited: 'A message says something else from here on.',
  MessageRecalled: 'A message was taken back: nothing of what it said is left.',
  ReactionsChanged: 'Somebody reacted to a message, or does so no more.',
  PollVoted: 'Somebody has chosen of a poll, or taken back what they had chosen.',
  PollClosed: 'A poll is closed: nobody may choose any more.',
  PinChanged: 'A message was pinned, or is no more.',
  HistoryTrimmed: 'What was said up to a place is kept no longer.',
  MemberJoined: 'Somebody is in a conversation from here on.',
  MemberLeft: 'Somebody is in it no more.',
  MemberChanged: 'What somebody is or may do in a group has changed.',
  GroupChanged: 'What a group says of itself, or how it is run, has changed.',
  UserSignedUp: 'Somebody has an account from here on.',
  UserChanged: 'A profile has changed.',
};

/** What an app can be told of: the types of events, as the public schema names them. */
export const WebhookEvent = builder.enumType('WebhookEvent', {
  description: 'What an app can be told of: the events of conversations, as the public schema describes them, and what becomes of users.',
  values: Object.fromEntries(Object.entries(events).map(([event, description]) => [event, { description }])) as Record<
    WebhookEventWord,
    { description: string }
  >,
});

const WebhookState = builder.enumType('WebhookState', {
  description: 'Whether an app is told.',
  values: {
    ACTIVE: { description: 'It is told; it rests while `retryAt` is not null.' },
    DISABLED: { description: 'It is told nothing until it is enabled again.' },
  } satisfies Record<(typeof webhookStates)[number], unknown>,
});

const WebhookFault = builder.enumType('WebhookFault', {
  description: 'Why an app is not told any more.',
  values: {
    GONE: { description: 'It answered 410: it is gone for good.' },
    FAILING: { description: 'It has failed for too long, or has not taken a single event for as long: WEBHOOK_DISABLE_HOURS.' },
  } satisfies Record<(typeof webhookFaults)[number], unknown>,
});

const Backlog = builder.objectRef<BacklogShape>('WebhookBacklog').implement({
  description: 'How far behind an app is.',
  fields: (t) => ({
    streams: t.exposeInt('streams', { description: 'Conversations of which it was not told all.' }),
    entries: t.exposeInt('entries', { description: 'Entries of them that it was not told, whether it wants them or not.' }),
  }),
});

/** A webhook, with its backlog where it was read with others'. */
export interface WebhookWithBacklog extends WebhookShape {
  readonly backlog?: BacklogShape;
}

const none: BacklogShape = { streams: 0, entries: 0 };

/** Where an app is told. */
export const Webhook = builder.objectRef<WebhookWithBacklog>('Webhook').implement({
  description: 'Where an app is told what happens, and how that goes.',
  fields: (t) => ({
    id: t.id({ description: 'Its id.', resolve: ({ id }) => id }),
    url: t.exposeString('url', { description: 'What is called, by POST.' }),
    description: t.exposeString('description', { description: 'What it is for; may be empty.' }),
    events: t.field({
      type: [WebhookEvent],
      description: 'What it is told of; empty: everything, types that are not known yet too.',
      resolve: ({ events }) => events,
    }),
    state: t.expose('state', { type: WebhookState, description: 'Whether it is told.' }),
    disabledAt: t.expose('disabledAt', { type: 'DateTime', nullable: true, description: 'Since when it is not told; null: it is.' }),
    disabledWhy: t.expose('disabledWhy', { type: WebhookFault, nullable: true, description: 'Why not; null: it is.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made: it is told of what was logged from then on.' }),
    failures: t.exposeInt('failures', { description: 'Calls that have failed since the last that did not.' }),
    failingSince: t.expose('failingSince', { type: 'DateTime', nullable: true, description: 'When the first of them was; null: none.' }),
    lastSuccessAt: t.expose('lastSuccessAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it last took something, to within ten seconds; null: never.',
    }),
    lastFailureAt: t.expose('lastFailureAt', { type: 'DateTime', nullable: true, description: 'When it last failed; null: never.' }),
    lastFailure: t.exposeString('lastFailure', { nullable: true, description: 'What was wrong then.' }),
    retryAt: t.expose('retryAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When one that rests, because several calls in a row have failed, is tried again; null: it does not rest.',
    }),
    backlog: t.field({
      type: Backlog,
      description: 'How far behind it is.',
      resolve: async ({ id, backlog }, _args, { chat }) => backlog ?? (await chat.webhooks.backlogs()).get(id) ?? none,
    }),
  }),
});

builder.queryField('webhooks', (t) =>
  t.field({
    type: [Webhook],
    description: 'All webhooks, at most 50, in the order in which they were made.',
    async resolve(_root, _args, { chat: { webhooks } }) {
      const [all, backlogs] = await Promise.all([webhooks.list(), webhooks.backlogs()]);
      return all.map((webhook) => ({ ...webhook, backlog: backlogs.get(webhook.id) ?? none }));
    },
  }),
);
