import { decidedOf, type NewSecret, type Trial as TrialShape, type Webhook as WebhookShapeOf } from '../../src/webhook/index.ts';
import { inputDescription, type Refusable } from '../errors.ts';
import { payloadName } from '../payload-name.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';
import { settle, withErrors } from './errors.ts';
import { Webhook, WebhookEvent, type WebhookWithBacklog } from './webhook.ts';

interface WebhookShape extends Refusable {
  readonly webhook?: WebhookWithBacklog | null;
}

function webhookPayload(mutationName: string, description = `The payload of \`${mutationName}\`.`) {
  return withErrors(
    builder.objectRef<WebhookShape>(payloadName(mutationName)).implement({
      description,
      fields: (t) => ({
        webhook: t.expose('webhook', {
          type: Webhook,
          nullable: true,
          description: 'The webhook in its current state, or null if the mutation was refused.',
        }),
      }),
    }),
  );
}

function secretPayload(mutationName: string) {
  return withErrors(
    builder.objectRef<Partial<NewSecret> & Refusable>(payloadName(mutationName)).implement({
      description: `The payload of \`${mutationName}\`.`,
      fields: (t) => ({
        webhook: t.expose('webhook', { type: Webhook, nullable: true, description: 'The webhook, or null if the mutation was refused.' }),
        secret: t.exposeString('secret', {
          nullable: true,
          description:
            'The secret that signs the calls, in the format of Standard Webhooks. It is shown only once. Null if the mutation was refused.',
        }),
      }),
    }),
  );
}

/** Changes a webhook, and notes the states before and after in the audit. */
async function changed({ chat, note }: AdminContext, webhookId: string, change: () => Promise<WebhookShapeOf>): Promise<WebhookShape> {
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

const CreateWebhookInput = builder.inputType('CreateWebhookInput', {
  description: 'The webhook to create.',
  fields: (t) => ({
    url: t.string({ required: true, description: urlDescription }),
    events: t.field({ type: [WebhookEvent], description: `${eventsDescription} This is also the default.` }),
    description: t.string({ description: descriptionDescription }),
  }),
});

builder.mutationField('createWebhook', (t) =>
  t.field({
    type: secretPayload('createWebhook'),
    description: 'Creates a webhook. It receives events that are logged from then on. Its secret is shown only once.',
    args: { input: t.arg({ type: CreateWebhookInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { url, events, description } }, { chat, note }) =>
      settle<Partial<NewSecret> & Refusable>(async () => {
        const made = await chat.webhooks.create({ url, events: events ?? [], description: description ?? '' });
        note({ target: `webhook:${made.webhook.id}`, after: decidedOf(made.webhook) });
        return made;
      }),
  }),
);

const UpdateWebhookInput = builder.inputType('UpdateWebhookInput', {
  description: 'The changes to a webhook. An omitted field stays unchanged.',
  fields: (t) => ({
    webhookId: t.id({ required: true, description: webhookIdDescription }),
    url: t.string({ description: urlDescription }),
    events: t.field({ type: [WebhookEvent], description: eventsDescription }),
    description: t.string({ description: descriptionDescription }),
  }),
});

builder.mutationField('updateWebhook', (t) =>
  t.field({
    type: webhookPayload('updateWebhook'),
    description: 'Changes a webhook. Events that were not delivered yet go to the new URL. A new choice of events applies from then on.',
    args: { input: t.arg({ type: UpdateWebhookInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { webhookId, url, events, description } }, context) =>
      settle(() =>
        changed(context, webhookId, () =>
          context.chat.webhooks.update(webhookId, {
            ...(typeof url === 'string' && { url }),
            ...(events && { events }),
            ...(typeof description === 'string' && { description }),
          }),
        ),
      ),
  }),
);

function naming(name: string, description: string) {
  return builder.inputType(name, {
    description,
    fields: (t) => ({ webhookId: t.id({ required: true, description: webhookIdDescription }) }),
  });
}

const DeleteWebhookInput = naming('DeleteWebhookInput', 'The webhook to delete.');
const DeleteWebhookPayload = withErrors(
  builder.objectRef<Refusable & { readonly deletedId?: string }>('DeleteWebhookPayload').implement({
    description: 'The payload of `deleteWebhook`.',
    fields: (t) => ({
      deletedId: t.id({
        nullable: true,
        description: 'The ID of the deleted webhook, or null if the mutation was refused.',
        resolve: ({ deletedId }) => deletedId,
      }),
    }),
  }),
);

builder.mutationField('deleteWebhook', (t) =>
  t.field({
    type: DeleteWebhookPayload,
    description: 'Deletes a webhook and its undelivered events. No node calls it any more, but a call that is under way is finished.',
    args: { input: t.arg({ type: DeleteWebhookInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { webhookId } }, { chat, note }) =>
      settle(async () => {
        const before = (await chat.webhooks.list()).find(({ id }) => id === webhookId);
        await chat.webhooks.remove(webhookId);
        if (before) note({ before: decidedOf(before) });
        return { deletedId: webhookId };
      }),
  }),
);

const RotateWebhookSecretInput = naming('RotateWebhookSecretInput', 'The webhook whose secret to replace.');

builder.mutationField('rotateWebhookSecret', (t) =>
  t.field({
    type: secretPayload('rotateWebhookSecret'),
    description: 'Replaces the secret of a webhook. The new secret is shown only once. For 24 hours, calls are signed with both secrets.',
    args: { input: t.arg({ type: RotateWebhookSecretInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { webhookId } }, { chat }) =>
      settle<Partial<NewSecret> & Refusable>(() => chat.webhooks.rotateSecret(webhookId)),
  }),
);

const EnableWebhookInput = builder.inputType('EnableWebhookInput', {
  description: 'The webhook to enable.',
  fields: (t) => ({
    webhookId: t.id({ required: true, description: webhookIdDescription }),
    missed: t.boolean({
      description:
        'If true, missed events are delivered too, if the webhook was disabled as FAILING within the last 7 days. Otherwise it receives only events from now on. Defaults to false.',
    }),
  }),
});

builder.mutationField('enableWebhook', (t) =>
  t.field({
    type: webhookPayload('enableWebhook'),
    description: 'Enables a disabled webhook. If it is active but paused after failures, it is tried again at once.',
    args: { input: t.arg({ type: EnableWebhookInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { webhookId, missed } }, context) =>
      settle(() => changed(context, webhookId, () => context.chat.webhooks.enable(webhookId, { missed: missed ?? false }))),
  }),
);

const Trial = builder.objectRef<TrialShape>('WebhookTrial').implement({
  description: 'The result of a test call.',
  fields: (t) => ({
    delivered: t.exposeBoolean('delivered', { description: 'Whether the app answered in time with a status from 200 to 299.' }),
    status: t.exposeInt('status', { nullable: true, description: 'The HTTP status of the answer, or null if there was no answer.' }),
    ms: t.exposeInt('ms', { description: 'How long the call took, in milliseconds.' }),
    fault: t.exposeString('fault', { nullable: true, description: 'What went wrong, or null if nothing did.' }),
  }),
});

const TestWebhookInput = naming('TestWebhookInput', 'The webhook to test.');
const TestWebhookPayload = withErrors(
  builder.objectRef<Refusable & { readonly trial?: TrialShape }>('TestWebhookPayload').implement({
    description: 'The payload of `testWebhook`.',
    fields: (t) => ({
      trial: t.field({
        type: Trial,
        nullable: true,
        description: 'The result of the call, or null if the mutation was refused.',
        resolve: ({ trial }) => trial,
      }),
    }),
  }),
);

builder.mutationField('testWebhook', (t) =>
  t.field({
    type: TestWebhookPayload,
    description:
      'Calls a webhook now with an event of type `Test`, whatever its state. If it is paused after failures and accepts the event, deliveries resume.',
    args: { input: t.arg({ type: TestWebhookInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { webhookId } }, { chat, note }) =>
      settle(async () => {
        const trial = await chat.webhooks.test(webhookId);
        note({ after: trial });
        return { trial };
      }),
  }),
);
