import { decidedOf, type NewSecret, type Trial as TrialShape, type Webhook as WebhookShapeOf } from '../../src/webhook/index.ts';
import { inputDescription, type Refusable } from '../errors.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';
import { settle, withErrors } from './errors.ts';
import { Webhook, WebhookEvent, type WebhookWithBacklog } from './webhook.ts';

interface WebhookShape extends Refusable {
  readonly webhook?: WebhookWithBacklog | null;
}

function webhookPayload(mutationName: string, description = `What came of ${mutationName}.`) {
  return withErrors(
    builder.objectRef<WebhookShape>(`${mutationName[0]?.toUpperCase()}${mutationName.slice(1)}Payload`).implement({
      description,
      fields: (t) => ({
        webhook: t.expose('webhook', { type: Webhook, nullable: true, description: 'The webhook as it stands; null if it was refused.' }),
      }),
    }),
  );
}

function secretPayload(mutationName: string) {
  return withErrors(
    builder.objectRef<Partial<NewSecret> & Refusable>(`${mutationName[0]?.toUpperCase()}${mutationName.slice(1)}Payload`).implement({
      description: `What came of ${mutationName}.`,
      fields: (t) => ({
        webhook: t.expose('webhook', { type: Webhook, nullable: true, description: 'The webhook; null if it was refused.' }),
        secret: t.exposeString('secret', {
          nullable: true,
          description: 'What signs its calls, as Standard Webhooks writes it. It is shown this once; null if it was refused.',
        }),
      }),
    }),
  );
}

/** Changes a webhook, and notes from what to what. */
async function changed({ chat, note }: AdminContext, webhookId: string, change: () => Promise<WebhookShapeOf>): Promise<WebhookShape> {
  const before = (await chat.webhooks.list()).find(({ id }) => id === webhookId);
  const webhook = await change();
  note({ ...(before && { before: decidedOf(before) }), after: decidedOf(webhook) });
  return { webhook };
}

const urlDescription =
  'What to call: https, or http to this machine (to others with WEBHOOK_INSECURE); at most 2,000 characters, without name and password.';
const eventsDescription = 'What to tell it of; empty: everything.';
const descriptionDescription = 'What it is for: a line of at most 200 characters.';
const webhookIdDescription = 'The webhook.';

const CreateWebhookInput = builder.inputType('CreateWebhookInput', {
  description: 'An app that is to be told.',
  fields: (t) => ({
    url: t.string({ required: true, description: urlDescription }),
    events: t.field({ type: [WebhookEvent], description: `${eventsDescription} So if it is absent.` }),
    description: t.string({ description: descriptionDescription }),
  }),
});

builder.mutationField('createWebhook', (t) =>
  t.field({
    type: secretPayload('createWebhook'),
    description: 'Has an app be told of what is logged from here on. The secret is shown this once.',
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
  description: 'What to change of a webhook; what is absent stays.',
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
    description: 'Changes a webhook. What it was not told yet goes to the new URL; new events count from here on.',
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

const DeleteWebhookInput = naming('DeleteWebhookInput', 'Which webhook to delete.');
const DeleteWebhookPayload = withErrors(
  builder.objectRef<Refusable & { readonly deletedId?: string }>('DeleteWebhookPayload').implement({
    description: 'What came of deleteWebhook.',
    fields: (t) => ({
      deletedId: t.id({ nullable: true, description: 'Which one is gone; null if it was refused.', resolve: ({ deletedId }) => deletedId }),
    }),
  }),
);

builder.mutationField('deleteWebhook', (t) =>
  t.field({
    type: DeleteWebhookPayload,
    description: 'Deletes a webhook, and what its app was not told: nothing more is, on any node, but for a call that is under way.',
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

const RotateWebhookSecretInput = naming('RotateWebhookSecretInput', 'Whose secret to replace.');

builder.mutationField('rotateWebhookSecret', (t) =>
  t.field({
    type: secretPayload('rotateWebhookSecret'),
    description: 'Gives a webhook another secret, which is shown this once. The one before signs along for 24 hours.',
    args: { input: t.arg({ type: RotateWebhookSecretInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { webhookId } }, { chat }) =>
      settle<Partial<NewSecret> & Refusable>(() => chat.webhooks.rotateSecret(webhookId)),
  }),
);

const EnableWebhookInput = builder.inputType('EnableWebhookInput', {
  description: 'Whom to tell again.',
  fields: (t) => ({
    webhookId: t.id({ required: true, description: webhookIdDescription }),
    missed: t.boolean({
      description:
        'True: it is told what it has missed as well, if it was disabled because it failed, within the last 7 days. Otherwise it begins anew.',
    }),
  }),
});

builder.mutationField('enableWebhook', (t) =>
  t.field({
    type: webhookPayload('enableWebhook'),
    description: 'Has an app be told again that was disabled. One that rests is tried at once.',
    args: { input: t.arg({ type: EnableWebhookInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { webhookId, missed } }, context) =>
      settle(() => changed(context, webhookId, () => context.chat.webhooks.enable(webhookId, { missed: missed ?? false }))),
  }),
);

const Trial = builder.objectRef<TrialShape>('WebhookTrial').implement({
  description: 'What came of a call.',
  fields: (t) => ({
    delivered: t.exposeBoolean('delivered', { description: 'Whether it answered in time, with a status from 200 to 299.' }),
    status: t.exposeInt('status', { nullable: true, description: 'The status it answered with; null: it did not answer.' }),
    ms: t.exposeInt('ms', { description: 'How long that took, in milliseconds.' }),
    fault: t.exposeString('fault', { nullable: true, description: 'What was wrong; null: nothing.' }),
  }),
});

const TestWebhookInput = naming('TestWebhookInput', 'Which webhook to test.');
const TestWebhookPayload = withErrors(
  builder.objectRef<Refusable & { readonly trial?: TrialShape }>('TestWebhookPayload').implement({
    description: 'What came of testWebhook.',
    fields: (t) => ({
      trial: t.field({
        type: Trial,
        nullable: true,
        description: 'What the app did; null if it was refused.',
        resolve: ({ trial }) => trial,
      }),
    }),
  }),
);

builder.mutationField('testWebhook', (t) =>
  t.field({
    type: TestWebhookPayload,
    description: 'Calls an app now with an event of type `Test`, whatever its state. One that rests and takes it is told on.',
    args: { input: t.arg({ type: TestWebhookInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { webhookId } }, { chat, note }) =>
      settle(async () => {
        const trial = await chat.webhooks.test(webhookId);
        note({ after: trial });
        return { trial };
      }),
  }),
);
