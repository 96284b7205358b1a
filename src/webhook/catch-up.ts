import { ChatError } from '../errors.ts';
import { type BacklogRow, endBacklog, moveBacklog, putOffBacklog, scheduleNextCatchUp, takeBacklogs } from './backlog.ts';
import { deliver, type EventCall, type Outcome, renderCalls } from './deliver.ts';
import { disable, longFailureMs } from './health.ts';
import type { WebhookParts } from './parts.ts';
import { pauseMs } from './retry.ts';
import { rests, wants } from './store.ts';

// A node runs only a few jobs at a time. One app may hold a place for this long, then it queues again.
const sliceMs = 3_000;
// Streams of one app that are caught up in parallel.
const lanes = 8;
// Entries that are delivered between two stored positions: so many may be repeated if the node dies.
const pageEntries = 50;
// What the last call of a slice may take beyond it, besides the time-out of the call: statements on a busy database.
const slackMs = 2_000;

/**
 * Delivers an app's backlogs for a few seconds, and schedules the rest for when it is due. An app that rests is tested with a single entry
 * first. Throws UNAVAILABLE.
 */
export async function catchUp(parts: WebhookParts, webhookId: string, signal: AbortSignal): Promise<void> {
  const { db } = parts;
  const until = performance.now() + sliceMs;
  let goesOn = true;
  while (goesOn && !signal.aborted && performance.now() < until) {
    const row = (await parts.current()).find(({ id }) => id === webhookId);
    if (row === undefined || row.state === 'DISABLED') return;
    const now = await db.now();
    const isTrial = rests(row);
    if (isTrial && row.retryAt !== null && row.retryAt > now) break;
    // A job that is put again while it runs is run a second time beside it, and two nodes would deliver everything twice.
    const takenUntil = new Date(now.getTime() + sliceMs + parts.config.webhookTimeoutMs + slackMs);
    const due = await takeBacklogs(db, webhookId, { now: isTrial ? null : now, limit: isTrial ? 1 : lanes, takenUntil });
    const ends = await Promise.all(due.map((backlog) => tellOrPutOff(parts, backlog, { until, signal, isTrial })));
    goesOn = due.length > 0 && ends.every((end) => end);
  }
  await scheduleNextCatchUp(db, webhookId);
}

interface Stretch {
  /** By performance.now(). */
  readonly until: number;
  readonly signal: AbortSignal;
  /** The app rests: a single entry tests whether it is back. */
  readonly isTrial: boolean;
}

/** Like `tellBacklog`, but an entry that cannot be rendered, because of a defect, blocks only its own stream. */
async function tellOrPutOff(parts: WebhookParts, backlog: BacklogRow, stretch: Stretch): Promise<boolean> {
  try {
    return await tellBacklog(parts, backlog, stretch);
  } catch (error) {
    if (stretch.signal.aborted || (error instanceof ChatError && error.code === 'UNAVAILABLE')) throw error;
    const { webhookId, streamId, attempts, failingSince } = backlog;
    parts.logger.error(
      { err: error, webhook: webhookId, streamId: String(streamId) },
      'a webhook event could not be delivered; it will be retried',
    );
    const now = await parts.db.now();
    const dueAt = new Date(now.getTime() + pauseMs(attempts + 1));
    await putOffBacklog(parts.db, backlog, { nextSeq: backlog.nextSeq, attempts: attempts + 1, failingSince: failingSince ?? now, dueAt });
    return true;
  }
}

/** True unless the app failed: it was delivered as far as time allowed. */
async function tellBacklog(parts: WebhookParts, backlog: BacklogRow, stretch: Stretch): Promise<boolean> {
  let row: BacklogRow | null = backlog;
  while (row !== null && !stretch.signal.aborted && performance.now() < stretch.until) {
    const page = await readPage(parts, row, stretch.isTrial);
    const end = await tellPage(parts, row, { told: page.told, ...stretch });
    if (end !== 'ALL') return end === 'TIME';
    row = await moveOn(parts.db, row, page.end);
    if (stretch.isTrial && page.told.length > 0) break;
  }
  if (row !== null) await giveBack(parts.db, row, row.nextSeq);
  return true;
}

/** Makes a backlog due again from `nextSeq` on, behind the others that wait. */
async function giveBack(db: WebhookParts['db'], row: BacklogRow, nextSeq: number): Promise<void> {
  await moveBacklog(db, row, { nextSeq, dueAt: await db.now() });
}

interface Page {
  readonly told: readonly EventCall[];
  /** The last entry of the page, wanted or not. */
  readonly end: number;
}

/** Reads the next entries of a backlog. `isTrial`: up to the first that is wanted. */
async function readPage(parts: WebhookParts, { streamId, kind, nextSeq, upToSeq, webhookId }: BacklogRow, isTrial: boolean): Promise<Page> {
  const { entries, floor } = await parts.log.read(streamId, { after: nextSeq - 1, limit: pageEntries, upTo: upToSeq });
  const row = (await parts.current()).find(({ id }) => id === webhookId);
  const all = entries.filter((entry) => row !== undefined && wants(row, entry));
  const wanted = isTrial ? all.slice(0, 1) : all;
  const told = await renderCalls(parts, { kind, entries: wanted });
  // Entries that were trimmed from the log are skipped.
  const end = entries.at(-1)?.seq ?? Math.min(upToSeq, Math.max(floor, nextSeq - 1 + pageEntries));
  // The page of a trial ends there even if that entry cannot be rendered: the entries after it were not looked at.
  return { told, end: isTrial ? (wanted[0]?.seq ?? end) : end };
}

/** How delivering a page ended. ALL: everything was delivered. TIME: the time is over. NO: the app does not accept it. */
type PageEnd = 'ALL' | 'TIME' | 'NO';

async function tellPage(parts: WebhookParts, row: BacklogRow, { told, ...stretch }: Stretch & Pick<Page, 'told'>): Promise<PageEnd> {
  for (const one of told) {
    const outcome = await tellEvent(parts, row, { told: one, ...stretch });
    if (outcome.kind === 'failed') await putOff(parts, row, one.seq, outcome);
    if (outcome.kind === 'crowded' || outcome.kind === 'rests') await giveBack(parts.db, row, one.seq);
    if (outcome.kind !== 'told') return outcome.kind === 'crowded' ? 'TIME' : 'NO';
  }
  return 'ALL';
}

async function tellEvent(
  parts: WebhookParts,
  { webhookId }: BacklogRow,
  { told, until, signal, isTrial }: Stretch & { readonly told: EventCall },
): Promise<Outcome> {
  const waitMs = until - performance.now();
  if (waitMs <= 0) return { kind: 'crowded' };
  try {
    return await deliver(parts, webhookId, { told, signal, waitMs, anyway: isTrial });
  } catch (error) {
    // This node stops, which is as if the time were over: the next node continues from this event at once.
    if (signal.aborted) return { kind: 'crowded' };
    throw error;
  }
}

/** Advances a backlog past `end` and returns what is left. Null: nothing is left, or another node has it. */
async function moveOn(db: WebhookParts['db'], row: BacklogRow, end: number): Promise<BacklogRow | null> {
  const moved = await moveBacklog(db, row, { nextSeq: end + 1, dueAt: row.dueAt });
  return moved === null || end < moved.upToSeq ? moved : endBacklog(db, moved, end);
}

/**
 * Postpones a failed entry. An entry that has failed for as long as an app may fail disables the app: otherwise its stream would be blocked
 * for ever.
 */
async function putOff(
  parts: WebhookParts,
  row: BacklogRow,
  nextSeq: number,
  { answer }: Extract<Outcome, { readonly kind: 'failed' }>,
): Promise<void> {
  const { db } = parts;
  const now = await db.now();
  const isSame = nextSeq === row.nextSeq;
  const attempts = isSame ? row.attempts + 1 : 1;
  const failingSince = (isSame ? row.failingSince : null) ?? now;
  const dueAt = new Date(now.getTime() + pauseMs(attempts, answer.retryAfterMs));
  await putOffBacklog(db, row, { nextSeq, attempts, failingSince, dueAt });
  if (now.getTime() - failingSince.getTime() < longFailureMs(parts)) return;
  parts.logger.error(
    { webhook: row.webhookId, streamId: String(row.streamId), seq: nextSeq },
    'a webhook was disabled because of one event',
  );
  await db.transaction((tx) => disable(tx, row.webhookId, { why: 'FAILING', now }));
}
