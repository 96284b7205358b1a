// Webhooks: what apps are told of entries, and whom the chat asks before something is said. Owns Webhook, WebhookBacklog and BeforeSend. Promises: an app is told
// of each entry that it wants at least once, signed as Standard Webhooks says, under an id that no other entry has; of one stream it is only told of an entry once
// it has taken all before it. What it does not take is a position, and is read from the log later, ever less often; a long failure disables it. What an app is
// slow at delays no other. Before-send: the one asked answers within its deadline, or what operators chose for that case counts. Does not know how events are
// shown, nor who may change this.
export * from './before-send.ts';
export { createBeforeSend } from './create-before-send.ts';
export { createWebhooks } from './create-webhooks.ts';
export type { Show, WebhookConfig } from './parts.ts';
export * from './webhook.ts';
export type { Webhooks } from './webhooks.ts';
