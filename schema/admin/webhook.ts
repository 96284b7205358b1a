import type {
  Backlog as BacklogShape,
  WebhookEvent as WebhookEventWord,
  Webhook as WebhookShape,
  webhookFaults,
  webhookStates,
} from '../../src/webhook/index.ts';
import { builder } from './builder.ts';

/** The events that an app can receive: types of the public schema. */
export const WebhookEvent = builder.enumType('WebhookEvent', {
  description:
    'The events that a webhook can receive: those of conversations, as the public schema describes them, and those of user accounts.',
  values: {
    MessageSent: { description: 'A message was sent.' },
    MessageEdited: { description: 'A message was edited.' },
    MessageRecalled: { description: 'A message was recalled. Its content is gone.' },
    ReactionsChanged: { description: 'A user added a reaction to a message, or removed one.' },
    PollVoted: { description: 'A user voted in a poll, or took back their vote.' },
    PollClosed: { description: 'A poll was closed: nobody can vote any more.' },
    PinChanged: { description: 'A message was pinned or unpinned.' },
    HistoryTrimmed: { description: 'The history of a conversation was removed up to a position.' },
    MemberJoined: { description: 'A user joined a conversation.' },
    MemberLeft: { description: 'A user left a conversation or was removed from it.' },
    MemberChanged: { description: 'The role, nickname or mute of a member changed, or a user was banned or unbanned.' },
    GroupChanged: { description: 'The profile or the policies of a group changed.' },
    UserSignedUp: { description: 'A user signed up, or operators created an account.' },
    UserChanged: { description: 'The profile of a user changed, or their account was erased.' },
  } satisfies Record<WebhookEventWord, unknown>,
});

const WebhookState = builder.enumType('WebhookState', {
  description: 'The state of a webhook.',
  values: {
    ACTIVE: { description: 'The webhook receives events. It is paused while `retryAt` is not null.' },
    DISABLED: { description: 'The webhook receives nothing until it is enabled again.' },
  } satisfies Record<(typeof webhookStates)[number], unknown>,
});

const WebhookFault = builder.enumType('WebhookFault', {
  description: 'Why a webhook was disabled.',
  values: {
    GONE: { description: 'The app answered 410: it is gone for good.' },
    FAILING: { description: 'All calls have failed, or a single event was not accepted, for WEBHOOK_DISABLE_HOURS.' },
  } satisfies Record<(typeof webhookFaults)[number], unknown>,
});

const Backlog = builder.objectRef<BacklogShape>('WebhookBacklog').implement({
  description: 'How far a webhook is behind.',
  fields: (t) => ({
    streams: t.exposeInt('streams', { description: 'The number of conversations with undelivered entries.' }),
    entries: t.exposeInt('entries', {
      description: 'The number of undelivered entries, including those that the webhook does not want.',
    }),
  }),
});

/** A webhook, with its backlog if that was read for several webhooks together. */
export interface WebhookWithBacklog extends WebhookShape {
  readonly backlog?: BacklogShape;
}

const none: BacklogShape = { streams: 0, entries: 0 };

/** A webhook, which delivers events to an app. */
export const Webhook = builder.objectRef<WebhookWithBacklog>('Webhook').implement({
  description: 'A webhook, by which an app is told of events, with the state of its deliveries.',
  fields: (t) => ({
    id: t.id({ description: 'The ID of the webhook.', resolve: ({ id }) => id }),
    url: t.exposeString('url', { description: 'The URL that is called with POST.' }),
    description: t.exposeString('description', { description: 'What the webhook is for. It may be empty.' }),
    events: t.field({
      type: [WebhookEvent],
      description: 'The events that the webhook receives. An empty list means all events, including types that are added later.',
      resolve: ({ events }) => events,
    }),
    state: t.expose('state', { type: WebhookState, description: 'The state of the webhook.' }),
    disabledAt: t.expose('disabledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the webhook was disabled, or null if it is active.',
    }),
    disabledWhy: t.expose('disabledWhy', {
      type: WebhookFault,
      nullable: true,
      description: 'Why the webhook was disabled, or null if it is active.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When the webhook was created. It receives events that were logged from then on.',
    }),
    failures: t.exposeInt('failures', { description: 'The number of failed calls since the last one that succeeded.' }),
    failingSince: t.expose('failingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'When the first of the calls that `failures` counts failed, or null if there is none.',
    }),
    lastSuccessAt: t.expose('lastSuccessAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a call last succeeded, to within ten seconds, or null if none ever has.',
    }),
    lastFailureAt: t.expose('lastFailureAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a call last failed, or null if none ever has.',
    }),
    lastFailure: t.exposeString('lastFailure', {
      nullable: true,
      description: 'What went wrong in the last failed call, or null if none ever failed.',
    }),
    retryAt: t.expose('retryAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the webhook is tried again, if it is paused after several failures in a row. Null if it is not paused.',
    }),
    backlog: t.field({
      type: Backlog,
      description: 'How far the webhook is behind.',
      resolve: async ({ id, backlog }, _args, { chat }) => backlog ?? (await chat.webhooks.backlogs()).get(id) ?? none,
    }),
  }),
});

builder.queryField('webhooks', (t) =>
  t.field({
    type: [Webhook],
    description: 'All webhooks, in the order in which they were created. There are at most 50.',
    async resolve(_root, _args, { chat: { webhooks } }) {
      const [all, backlogs] = await Promise.all([webhooks.list(), webhooks.backlogs()]);
      return all.map((webhook) => ({ ...webhook, backlog: backlogs.get(webhook.id) ?? none }));
    },
  }),
);
