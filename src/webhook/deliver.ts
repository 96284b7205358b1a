import type { Entry } from '../log/index.ts';
import type { EntryRun } from '../worker/index.ts';
import { type Answer, call } from './call.ts';
import { noteFailure, noteSuccess } from './health.ts';
import type { WebhookParts } from './parts.ts';
import { secretsOf } from './secrets.ts';
import { rests, type WebhookRow } from './store.ts';
import { eventOf } from './webhook.ts';

/** The content of a call about one entry. */
export interface EventCall {
  readonly seq: number;
  /** The id by which an app recognises repeats: the same for every attempt and every webhook, and for no other entry. */
  readonly id: string;
  readonly body: string;
}

/** Renders entries of one stream, as they are shown now. Entries that cannot be rendered are left out. */
export async function renderCalls(
  { db, show, onRead }: WebhookParts,
  { kind, entries }: Pick<EntryRun, 'kind' | 'entries'>,
): Promise<readonly EventCall[]> {
  if (entries.length === 0) return [];
  onRead(entries);
  const shown = await show(kind, entries);
  return entries.flatMap((entry, place) => {
    const data = shown[place] ?? null;
    return data === null ? [] : [{ seq: entry.seq, id: keyOf(db.epoch, entry), body: bodyOf(entry, data) }];
  });
}

// A restored database may assign a seq twice: its epoch tells the two apart.
function keyOf(epoch: string, { streamId, seq }: Entry): string {
  return `${epoch}:${streamId}:${seq}`;
}

function bodyOf(entry: Entry, data: object): string {
  return JSON.stringify({ type: eventOf(entry), timestamp: entry.at.toISOString(), data });
}

// Only the status of an answer matters. So much of the body is read that the connection can usually be reused.
const maxAnswerBytes = 4_096;

/** Calls an app, whatever the state of its webhook, and records the result. */
export async function callWebhook(
  parts: WebhookParts,
  row: WebhookRow,
  { id, body, signal }: Pick<EventCall, 'id' | 'body'> & { readonly signal: AbortSignal },
): Promise<Answer> {
  const answer = await call({
    ...{ url: row.url, secrets: secretsOf(row, Date.now()), id, body, signal, tracer: parts.tracer },
    deadlineMs: parts.config.webhookTimeoutMs,
    maxBytes: maxAnswerBytes,
  });
  // The call was aborted because this node stops, which is not the app's failure.
  if (!answer.ok && signal.aborted) throw signal.reason;
  await (answer.ok ? noteSuccess(parts, row) : noteFailure(parts, row.id, answer));
  return answer;
}

/**
 * The result of delivering an entry. `rests`: the app was not called. `gone`: the webhook was deleted, or its app is gone for good.
 * `crowded`: there was no time or no free place for the call.
 */
export type Outcome = { readonly kind: 'told' | 'rests' | 'gone' | 'crowded' } | { readonly kind: 'failed'; readonly answer: Answer };

interface Telling {
  readonly told: EventCall;
  readonly signal: AbortSignal;
  /** How long to wait for a free place among the app's concurrent calls, in ms. */
  readonly waitMs: number;
  /** Whether to call a webhook that rests. */
  readonly anyway: boolean;
}

/**
 * Delivers an entry to an app. Reads the webhook right before the call, so that what operators and other nodes have changed counts at once.
 */
export async function deliver(parts: WebhookParts, id: string, { told, signal, waitMs, anyway }: Telling): Promise<Outcome> {
  const leave = await parts.gateOf(id).enter(waitMs);
  if (leave === null) return { kind: 'crowded' };
  try {
    const row = (await parts.current()).find((one) => one.id === id);
    if (row === undefined || row.disabledWhy === 'GONE') return { kind: 'gone' };
    if (row.state === 'DISABLED' || (rests(row) && !anyway)) return { kind: 'rests' };
    const answer = await callWebhook(parts, row, { ...told, signal });
    return answer.ok ? { kind: 'told' } : { kind: 'failed', answer };
  } finally {
    leave();
  }
}
