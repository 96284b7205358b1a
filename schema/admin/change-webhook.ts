import { decidedOf, type NewSecret, type Trial as TrialShape, type Webhook as WebhookShape } from '../../src/webhook/index.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';
import { type InputBuilder, mutation, type PayloadBuilder } from './mutation.ts';
import { Webhook, WebhookEvent, type WebhookWithBacklog } from './webhook.ts';

function webhookFields(t: PayloadBuilder<{ readonly webhook: WebhookWithBacklog }>) {
  return {
    webhook: t.expose('webhook', {
      type: Webhook,
      nullable: true,
      description: 'The webhook in its current state, or null if the mutation was refused.',
    }),
  };
}

function secretFields(t: PayloadBuilder<NewSecret>) {
  return {
    webhook: t.expose('webhook', { type: Webhook, nullable: true, description: 'The webhook, or null if the mutation was refused.' }),
    secret: t.exposeString('secret', {
      nullable: true,
      description:
        'The secret that signs the calls, in the format of Standard Webhooks. It is shown only once. Null if the mutation was refused.',
    }),
  };
}

/** Changes a webhook, and notes the states before and after in the audit. */
async function changed({ chat, note }: AdminContext, webhookId: string, change: () => Promise<WebhookShape>) {
  const before = (await chat.webhooks.list()).find(({ id }) => id === webhookId);
  const webhook = await change();
  note({ ...(before && { before: decidedOf(before) }), after: decidedOf(webhook) });
  return { webhook };
}

const urlDescription =
  'The URL to call, of at most 2,000 characters and without name and password. It must be https, or http to this machine; with WEBHOOK_INSECURE, http to any machine.';
const eventsDescription = 'The events to send. An empty list means all events.';
const descriptionDescription = 'What the webhook is for: one line of at most 200 characters.';
const webhookIdDescription = 'The ID of the webhook.';

mutation('createWebhook', {
  description: 'Creates a webhook. It receives events that are logged from then on. Its secret is shown only once.',
  inputDescription: 'The webhook to create.',
  input: (t) => ({
    url: t.string({ required: true, description: urlDescription }),
    events: t.field({ type: [WebhookEvent], description: `${eventsDescription} This is also the default.` }),
    description: t.string({ description: descriptionDescription }),
  }),
  async act({ url, events, description }, { chat, note }) {
    const made = await chat.webhooks.create({ url, events: events ?? [], description: description ?? '' });
    note({ target: `webhook:${made.webhook.id}`, after: decidedOf(made.webhook) });
    return made;
  },
  payload: secretFields,
});

mutation('updateWebhook', {
  description: 'Changes a webhook. Events that were not delivered yet go to the new URL. A new choice of events applies from then on.',
  inputDescription: 'The changes to a webhook. An omitted field stays unchanged.',
  input: (t) => ({
    webhookId: t.id({ required: true, description: webhookIdDescription }),
    url: t.string({ description: urlDescription }),
    events: t.field({ type: [WebhookEvent], description: eventsDescription }),
    description: t.string({ description: descriptionDescription }),
  }),
  act: ({ webhookId, url, events, description }, context) =>
    changed(context, webhookId, () =>
      context.chat.webhooks.update(webhookId, {
        ...(typeof url === 'string' && { url }),
        ...(events && { events }),
        ...(typeof description === 'string' && { description }),
      }),
    ),
  payload: webhookFields,
});

function namedFields(t: InputBuilder) {
  return { webhookId: t.id({ required: true, description: webhookIdDescription }) };
}

mutation('deleteWebhook', {
  description: 'Deletes a webhook and its undelivered events. No node calls it any more, but a call that is under way is finished.',
  inputDescription: 'The webhook to delete.',
  input: namedFields,
  async act({ webhookId }, { chat, note }) {
    const before = (await chat.webhooks.list()).find(({ id }) => id === webhookId);
    await chat.webhooks.remove(webhookId);
    if (before) note({ before: decidedOf(before) });
    return { deletedId: webhookId };
  },
  payload: (t) => ({
    deletedId: t.exposeID('deletedId', {
      nullable: true,
      description: 'The ID of the deleted webhook, or null if the mutation was refused.',
    }),
  }),
});

mutation('rotateWebhookSecret', {
  description: 'Replaces the secret of a webhook. The new secret is shown only once. For 24 hours, calls are signed with both secrets.',
  inputDescription: 'The webhook whose secret to replace.',
  input: namedFields,
  act: ({ webhookId }, { chat }) => chat.webhooks.rotateSecret(webhookId),
  payload: secretFields,
});

mutation('enableWebhook', {
  description: 'Enables a disabled webhook. If it is active but paused after failures, it is tried again at once.',
  inputDescription: 'The webhook to enable.',
  input: (t) => ({
    webhookId: t.id({ required: true, description: webhookIdDescription }),
    missed: t.boolean({
      description:
        'If true, missed events are delivered too, if the webhook was disabled as FAILING within the last 7 days. Otherwise it receives only events from now on. Defaults to false.',
    }),
  }),
  act: ({ webhookId, missed }, context) =>
    changed(context, webhookId, () => context.chat.webhooks.enable(webhookId, { missed: missed ?? false })),
  payload: webhookFields,
});

const Trial = builder.objectRef<TrialShape>('WebhookTrial').implement({
  description: 'The result of a test call.',
  fields: (t) => ({
    delivered: t.exposeBoolean('delivered', { description: 'Whether the app answered in time with a status from 200 to 299.' }),
    status: t.exposeInt('status', { nullable: true, description: 'The HTTP status of the answer, or null if there was no answer.' }),
    ms: t.exposeInt('ms', { description: 'How long the call took, in milliseconds.' }),
    fault: t.exposeString('fault', { nullable: true, description: 'What went wrong, or null if nothing did.' }),
  }),
});

mutation('testWebhook', {
  description:
    'Calls a webhook now with an event of type `Test`, whatever its state. If it is paused after failures and accepts the event, deliveries resume.',
  inputDescription: 'The webhook to test.',
  input: namedFields,
  async act({ webhookId }, { chat, note }) {
    const trial = await chat.webhooks.test(webhookId);
    note({ after: trial });
    return { trial };
  },
  payload: (t) => ({
    trial: t.expose('trial', {
      type: Trial,
      nullable: true,
      description: 'The result of the call, or null if the mutation was refused.',
    }),
  }),
});
