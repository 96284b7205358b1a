import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Entry } from '../log/index.ts';
import { isUuid, uuidBytes, uuidText } from '../uuid.ts';
import { eventOf, type Webhook, type WebhookEvent } from './webhook.ts';

/** A webhook's row. */
export interface WebhookRow extends Webhook {
  readonly secret: string;
  readonly oldSecret: string | null;
  readonly oldSecretUntil: Date | null;
  /** It is told of what was logged from then on. */
  readonly fromAt: Date;
  /** Of one that rests: how often it was tried in vain. */
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

/** All of them, in the order in which they were made. */
export async function readWebhooks(tx: Tx): Promise<readonly WebhookRow[]> {
  return (await tx.webhook.findMany({ orderBy: { id: 'asc' } })).map(webhookRow);
}

/** The one of this id. Throws NOT_FOUND (webhookId). */
export async function requireWebhook(tx: Tx, id: string): Promise<WebhookRow> {
  const row = isUuid(id) ? await tx.webhook.findUnique({ where: { id: uuidBytes(id) } }) : null;
  if (row === null) throw noWebhook();
  return webhookRow(row);
}

/** There is none of this id. */
export function noWebhook(): ChatError {
  return new ChatError('NOT_FOUND', 'Webhook not found. List the webhooks for their ids.', { field: ['webhookId'] });
}

/** A new one. */
export async function insertWebhook(tx: Tx, { id, events, ...row }: WebhookRow): Promise<void> {
  await tx.webhook.create({ data: { ...row, id: uuidBytes(id), events: events.join(',') } });
}

/** Changes one; false: it is not there. */
export async function changeWebhook(tx: Tx, id: string, { events, ...rest }: Partial<Omit<WebhookRow, 'id'>>): Promise<boolean> {
  const data = { ...rest, ...(events !== undefined && { events: events.join(',') }) };
  return (await tx.webhook.updateMany({ where: { id: uuidBytes(id) }, data })).count === 1;
}

/** Locks one until the transaction ends, so that what it misses, and when that is seen to, change together; false: it is not there. */
export async function holdWebhook(tx: Tx, id: string): Promise<boolean> {
  return isUuid(id) && (await tx.webhook.updateMany({ where: { id: uuidBytes(id) }, data: { failures: { increment: 0 } } })).count === 1;
}

/** Removes one; false: it was not there. */
export async function deleteWebhook(tx: Tx, id: string): Promise<boolean> {
  return isUuid(id) && (await tx.webhook.deleteMany({ where: { id: uuidBytes(id) } })).count === 1;
}

/** As everybody but who signs may know it. */
export function shownWebhook(row: WebhookRow): Webhook {
  const { secret: _secret, oldSecret: _old, oldSecretUntil: _until, fromAt: _from, attempts: _attempts, ...shown } = row;
  return shown;
}

/** Whether it is told of an entry, or is to be once it is enabled again. One that is gone for good is told nothing. */
export function wants({ events, disabledWhy }: WebhookRow, entry: Entry): boolean {
  const event = eventOf(entry);
  if (disabledWhy === 'GONE' || event === null) return false;
  return events.length === 0 || events.includes(event);
}

/** What an app has missed is worth telling for as long as somebody may be on holiday, in ms from when it was disabled. */
export const missedMs = 7 * 86_400_000;

/** The same of what is logged now. Of one that is disabled nothing is kept that nobody could ask for any more. */
export function wantsNow(row: WebhookRow, entry: Entry): boolean {
  const { fromAt, disabledAt } = row;
  const isOver = disabledAt !== null && entry.at.getTime() - disabledAt.getTime() >= missedMs;
  return wants(row, entry) && entry.at >= fromAt && !isOver;
}

// A single call may fail for a reason of its own; three in a row are the app's.
const restAfter = 3;

/** Whether it is left alone but for a try now and then: so many calls in a row have failed. */
export function rests({ state, failures }: Pick<WebhookRow, 'state' | 'failures'>): boolean {
  return state === 'DISABLED' || failures >= restAfter;
}

/** What signs what it is told at a time. */
export function secretsOf({ secret, oldSecret, oldSecretUntil }: WebhookRow, at: number): readonly string[] {
  return oldSecret !== null && oldSecretUntil !== null && oldSecretUntil.getTime() > at ? [secret, oldSecret] : [secret];
}
