import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Entry } from '../log/index.ts';
import { isUuid, uuidBytes, uuidText } from '../uuid.ts';
import type { Secrets } from './secrets.ts';
import { eventOf, type Webhook, type WebhookEvent } from './webhook.ts';

/** A webhook's row. */
export interface WebhookRow extends Webhook, Secrets {
  /** The webhook is called for entries logged from this time on. */
  readonly fromAt: Date;
  /** How often a resting webhook was tested in vain. */
  readonly attempts: number;
}

type Stored = Awaited<ReturnType<Tx['webhook']['findMany']>>[number];

function webhookRow({ id, events, state, disabledWhy, ...row }: Stored): WebhookRow {
  return {
    ...row,
    id: uuidText(id),
    events: events === '' ? [] : (events.split(',') as WebhookEvent[]),
    state: state as Webhook['state'],
    disabledWhy: disabledWhy as Webhook['disabledWhy'],
  };
}

/** Reads all webhooks, in the order of their creation. */
export async function readWebhooks(tx: Tx): Promise<readonly WebhookRow[]> {
  return (await tx.webhook.findMany({ orderBy: { id: 'asc' } })).map(webhookRow);
}

/** Reads a webhook. Throws NOT_FOUND (webhookId). */
export async function requireWebhook(tx: Tx, id: string): Promise<WebhookRow> {
  const row = isUuid(id) ? await tx.webhook.findUnique({ where: { id: uuidBytes(id) } }) : null;
  if (row === null) throw noWebhook();
  return webhookRow(row);
}

/** Returns the error for an unknown id. */
export function noWebhook(): ChatError {
  return new ChatError('NOT_FOUND', 'Webhook not found. List the webhooks for their ids.', { field: ['webhookId'] });
}

/** Inserts a webhook. */
export async function insertWebhook(tx: Tx, { id, events, ...row }: WebhookRow): Promise<void> {
  await tx.webhook.create({ data: { ...row, id: uuidBytes(id), events: events.join(',') } });
}

/** Changes a webhook. False: it does not exist. */
export async function changeWebhook(tx: Tx, id: string, { events, ...rest }: Partial<Omit<WebhookRow, 'id'>>): Promise<boolean> {
  const data = { ...rest, ...(events !== undefined && { events: events.join(',') }) };
  return (await tx.webhook.updateMany({ where: { id: uuidBytes(id) }, data })).count === 1;
}

/** Locks a webhook until the transaction ends, so that its backlogs and its job change together. False: it does not exist. */
export async function holdWebhook(tx: Tx, id: string): Promise<boolean> {
  return isUuid(id) && (await tx.webhook.updateMany({ where: { id: uuidBytes(id) }, data: { failures: { increment: 0 } } })).count === 1;
}

/** Deletes a webhook. False: it did not exist. */
export async function deleteWebhook(tx: Tx, id: string): Promise<boolean> {
  return isUuid(id) && (await tx.webhook.deleteMany({ where: { id: uuidBytes(id) } })).count === 1;
}

/** Returns a webhook without its secrets and internal fields. */
export function shownWebhook(row: WebhookRow): Webhook {
  const { secret: _secret, oldSecret: _old, oldSecretUntil: _until, fromAt: _from, attempts: _attempts, ...shown } = row;
  return shown;
}

/** Returns whether a webhook is called for an entry, now or once it is enabled again. A webhook whose app has answered 410 is not. */
export function wants({ events, disabledWhy }: WebhookRow, entry: Entry): boolean {
  const event = eventOf(entry);
  if (disabledWhy === 'GONE' || event === null) return false;
  return events.length === 0 || events.includes(event);
}

/** How long a disabled webhook keeps its backlogs, in ms: as long as an operator may be on holiday. */
export const missedMs = 7 * 86_400_000;

/**
 * Like `wants`, for entries that are logged now. A disabled webhook wants nothing that could no longer be kept until somebody enables it.
 */
export function wantsNow(row: WebhookRow, entry: Entry): boolean {
  const { fromAt, disabledAt } = row;
  const isOver = disabledAt !== null && entry.at.getTime() - disabledAt.getTime() >= missedMs;
  return wants(row, entry) && entry.at >= fromAt && !isOver;
}

// A single call may fail for a reason of its own. Three failures in a row are the app's fault.
const restAfter = 3;

/** Returns whether the webhook rests: so many calls in a row have failed that it is only tested now and then. */
export function rests({ state, failures }: Pick<WebhookRow, 'state' | 'failures'>): boolean {
  return state === 'DISABLED' || failures >= restAfter;
}
