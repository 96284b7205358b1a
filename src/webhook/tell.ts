import type { Entry } from '../log/index.ts';
import type { EntryRun } from '../worker/index.ts';
import { type Answer, call } from './call.ts';
import { noteFailure, noteSuccess } from './health.ts';
import type { WebhookParts } from './parts.ts';
import { rests, secretsOf, type WebhookRow } from './store.ts';
import { eventOf } from './webhook.ts';

/** What an app is told of one entry. */
export interface Told {
  readonly seq: number;
  /** By which it tells that it was told before: the same at every try, for every webhook, and for no other entry. */
  readonly id: string;
  readonly body: string;
}

/** What is told of entries of one stream, as they are shown at this moment; those that cannot be shown are left out. */
export async function tidings(
  { db, show, onRead }: WebhookParts,
  { kind, entries }: Pick<EntryRun, 'kind' | 'entries'>,
): Promise<readonly Told[]> {
  if (entries.length === 0) return [];
  onRead(entries);
  const shown = await show(kind, entries);
  return entries.flatMap((entry, place) => {
    const data = shown[place] ?? null;
    return data === null ? [] : [{ seq: entry.seq, id: keyOf(db.epoch, entry), body: bodyOf(entry, data) }];
  });
}

// A database that was restored may give out a number twice: its epoch tells the two apart.
function keyOf(epoch: string, { streamId, seq }: Entry): string {
  return `${epoch}:${streamId}:${seq}`;
}

function bodyOf(entry: Entry, data: object): string {
  return JSON.stringify({ type: eventOf(entry), timestamp: entry.at.toISOString(), data });
}

// An answer says nothing but its status; so much of it is read that the connection can be used again.
const maxAnswerBytes = 4_096;

/** Calls an app, whatever its state, and keeps how that went. */
export async function callWebhook(
  parts: WebhookParts,
  row: WebhookRow,
  { id, body, signal }: Pick<Told, 'id' | 'body'> & { readonly signal: AbortSignal },
): Promise<Answer> {
  const answer = await call({
    ...{ url: row.url, secrets: secretsOf(row, Date.now()), id, body, signal, tracer: parts.tracer },
    deadlineMs: parts.config.webhookTimeoutMs,
    maxBytes: maxAnswerBytes,
  });
  // This node stops: nobody is to blame.
  if (!answer.ok && signal.aborted) throw signal.reason;
  await (answer.ok ? noteSuccess(parts, row) : noteFailure(parts, row.id, answer));
  return answer;
}

/** What came of telling an app something: `rests`: it was not called, `gone`: nobody is to be told any more. */
export type Outcome = { readonly kind: 'told' | 'rests' | 'gone' | 'crowded' } | { readonly kind: 'failed'; readonly answer: Answer };

interface Telling {
  readonly told: Told;
  readonly signal: AbortSignal;
  /** For how long to wait while the app is called by others, in ms. */
  readonly waitMs: number;
  /** Calls one that rests. */
  readonly anyway: boolean;
}

/** Tells an app of one entry, if it is to be told still: what operators did meanwhile, and what others found, counts at once. */
export async function tell(parts: WebhookParts, id: string, { told, signal, waitMs, anyway }: Telling): Promise<Outcome> {
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
