import { ChatError } from '../errors.ts';
import { codePoints, hasControls, isStorable } from '../text.ts';
import type { WebhookConfig } from './parts.ts';
import { type WebhookChoice, type WebhookEvent, webhookEvents } from './webhook.ts';

// The widths of the database columns. The API's documentation states them too.
const maxUrl = 2_000;
const maxDescription = 200;

function invalid(message: string, ...field: readonly string[]): ChatError {
  return new ChatError('INVALID_INPUT', message, { field });
}

/**
 * Returns the URL in its normal form. Throws INVALID_INPUT (url) if it is not a URL, if it contains a user name or password, which logs
 * would show, or if it is neither https nor http to this machine, whose traffic does not leave it. With WEBHOOK_INSECURE, any http URL is
 * allowed.
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

/** Checks a description. Throws INVALID_INPUT (description). */
export function requireDescription(text: string): string {
  if (codePoints(text) > maxDescription) throw invalid(`A description can have at most ${maxDescription} characters.`, 'description');
  if (!isStorable(text) || hasControls(text, { lines: false }))
    throw invalid('A description must be a single line of text.', 'description');
  return text;
}

/** Returns each event once, in the order of the table. Throws INVALID_INPUT (events.N). */
export function requireEvents(names: readonly string[]): readonly WebhookEvent[] {
  const unknown = names.findIndex((name) => !(webhookEvents as readonly string[]).includes(name));
  if (unknown >= 0) throw invalid(`Unknown event. The events are ${webhookEvents.join(', ')}.`, 'events', String(unknown));
  return webhookEvents.filter((event) => names.includes(event));
}

/** Checks everything that operators choose for a webhook. Throws as the three functions above. */
export function requireChoice({ url, description, events }: WebhookChoice, config: WebhookConfig) {
  return { url: requireUrl(url, config), description: requireDescription(description), events: requireEvents(events) };
}
