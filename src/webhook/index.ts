// Webhooks: calls to apps about entries, and the call to an app before a message is stored (before-send). The module owns the tables
// Webhook, WebhookBacklog and BeforeSend.
//
// Promises for webhooks:
// - An app is called at least once for each entry that it wants, signed as Standard Webhooks says, with an id that no other entry has.
// - An app gets an entry only after it has accepted all earlier entries of that stream that it wants.
// - What an app does not accept is stored as a position. It is read from the log later, with back-off. A long failure disables the webhook.
// - A slow app delays no other app.
//
// Promise for before-send: the app answers within its deadline, or the operators' choice for that case applies.
//
// The module does not know how events are rendered, or who may change its tables.
export * from './before-send.ts';
export { createBeforeSend } from './create-before-send.ts';
export { createWebhooks } from './create-webhooks.ts';
export type { Show, WebhookConfig } from './parts.ts';
export * from './webhook.ts';
export type { Webhooks } from './webhooks.ts';
