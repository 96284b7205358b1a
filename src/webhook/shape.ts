import { ChatError } from '../errors.ts';
import { codePoints, hasControls, isStorable } from '../text.ts';
import type { WebhookConfig } from './parts.ts';
import { type WebhookChoice, type WebhookEvent, webhookEvents } from './webhook.ts';

// The columns' widths, which the API states too.
const maxUrl = 2_000;
const maxDescription = 200;

function invalid(message: string, ...field: readonly string[]): ChatError {
  return new ChatError('INVALID_INPUT', message, { field });
}

/**
 * The URL in its one form. Throws INVALID_INPUT (url): it is none, carries a name and password, which logs would show, or is neither https nor, which
 * leaves no machine, http to this one; WEBHOOK_INSECURE lets any http pass.
 */
export function requireUrl(text: string, { webhookInsecure }: Pick<WebhookConfig, 'webhookInsecure'>): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw invalid('url must start with https://.', 'url');
  if (url.username !== '' || url.password !== '')
    throw invalid('url must not contain a user name or password. Calls are signed instead.', 'url');
  if (url.protocol === 'http:' && !webhookInsecure && !isHere(url)) {
    throw invalid('url must start with https://. http is only allowed for this machine, or with WEBHOOK_INSECURE.', 'url');
  }
  url.hash = '';
  if (url.href.length > maxUrl) throw invalid(`url can have at most ${maxUrl} characters.`, 'url');
  return url.href;
}

function isHere({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Throws INVALID_INPUT (description). */
export function requireDescription(text: string): string {
  if (codePoints(text) > maxDescription) throw invalid(`A description can have at most ${maxDescription} characters.`, 'description');
  if (!isStorable(text) || hasControls(text, { lines: false }))
    throw invalid('A description must be a single line of text.', 'description');
  return text;
}

/** Each once, in the order of the table. Throws INVALID_INPUT (events.N). */
export function requireEvents(names: readonly string[]): readonly WebhookEvent[] {
  const unknown = names.findIndex((name) => !(webhookEvents as readonly string[]).includes(name));
  if (unknown >= 0) throw invalid(`Unknown event. The events are ${webhookEvents.join(', ')}.`, 'events', String(unknown));
  return webhookEvents.filter((event) => names.includes(event));
}

/** All that operators choose of a webhook, checked. Throws as the three above. */
export function requireChoice({ url, description, events }: WebhookChoice, config: WebhookConfig) {
  return { url: requireUrl(url, config), description: requireDescription(description), events: requireEvents(events) };
}
