import { ChatError } from '../errors.ts';
import { type BacklogRow, dueBacklogs, endBacklog, moveBacklog, putOffBacklog, seeToNext } from './backlog.ts';
import { disable, longFailureMs } from './health.ts';
import type { WebhookParts } from './parts.ts';
import { pauseMs } from './retry.ts';
import { rests, wants } from './store.ts';
import { type Outcome, type Told, tell, tidings } from './tell.ts';

// A node does a few jobs at a time, and others wait: so long one app may hold a place, and then queues up again.
const sliceMs = 3_000;
// Streams of one app that are told of side by side.
const lanes = 8;
// Told between two marks of how far it is: so many may be told again if the node dies.
const pageEntries = 50;

/**
 * Tells an app what it misses, as far as that goes within a few seconds, and has the rest be seen to when it is due. One that rests is tried with a
 * single entry first. Throws UNAVAILABLE.
 */
export async function catchUp(parts: WebhookParts, webhookId: string, signal: AbortSignal): Promise<void> {
  const { db } = parts;
  const until = performance.now() + sliceMs;
  let goesOn = true;
  while (goesOn && performance.now() < until) {
    const row = (await parts.current()).find(({ id }) => id === webhookId);
    if (row === undefined || row.state === 'DISABLED') return;
    const now = await db.now();
    const isTrial = rests(row);
    if (isTrial && row.retryAt !== null && row.retryAt > now) break;
    const due = await dueBacklogs(db.client, webhookId, { now: isTrial ? null : now, limit: isTrial ? 1 : lanes });
    const ends = await Promise.all(due.map((backlog) => tellOrPutOff(parts, backlog, { until, signal, isTrial })));
    goesOn = due.length > 0 && ends.every((end) => end);
  }
  await seeToNext(db, webhookId);
}

interface Stretch {
  /** By performance.now(). */
  readonly until: number;
  readonly signal: AbortSignal;
  /** It rests: one entry shows whether it is back. */
  readonly isTrial: boolean;
}

/** The same as below. What cannot be shown, which is a defect, keeps its stream alone. */
async function tellOrPutOff(parts: WebhookParts, backlog: BacklogRow, stretch: Stretch): Promise<boolean> {
  try {
    return await tellBacklog(parts, backlog, stretch);
  } catch (error) {
    if (stretch.signal.aborted || (error instanceof ChatError && error.code === 'UNAVAILABLE')) throw error;
    const { webhookId, streamId, attempts, failingSince } = backlog;
    parts.logger.error({ err: error, webhook: webhookId, streamId: String(streamId) }, 'an app could not be told; it is tried again');
    const now = await parts.db.now();
    const dueAt = new Date(now.getTime() + pauseMs(attempts + 1));
    await putOffBacklog(parts.db, backlog, { nextSeq: backlog.nextSeq, attempts: attempts + 1, failingSince: failingSince ?? now, dueAt });
    return true;
  }
}

/** True: as far as time allowed it was told. */
async function tellBacklog(parts: WebhookParts, backlog: BacklogRow, stretch: Stretch): Promise<boolean> {
  let row: BacklogRow | null = backlog;
  while (row !== null && performance.now() < stretch.until) {
    const page = await readPage(parts, row, stretch.isTrial);
    const end = await tellPage(parts, row, { told: page.told, ...stretch });
    if (end !== 'ALL') return end === 'TIME';
    row = await moveOn(parts.db, row, page.end);
    if (stretch.isTrial && page.told.length > 0) return true;
  }
  return true;
}

interface Page {
  readonly told: readonly Told[];
  /** The last of its entries, wanted or not. */
  readonly end: number;
}

/** The next entries of a backlog; `isTrial`: up to the first that is told. */
async function readPage(parts: WebhookParts, { streamId, kind, nextSeq, upToSeq, webhookId }: BacklogRow, isTrial: boolean): Promise<Page> {
  const { entries, floor } = await parts.log.read(streamId, { after: nextSeq - 1, limit: pageEntries, upTo: upToSeq });
  const row = (await parts.current()).find(({ id }) => id === webhookId);
  const all = entries.filter((entry) => row !== undefined && wants(row, entry));
  const wanted = isTrial ? all.slice(0, 1) : all;
  const told = await tidings(parts, { kind, entries: wanted });
  // What was trimmed from the log cannot be told; what lies behind it can.
  const end = entries.at(-1)?.seq ?? Math.min(upToSeq, Math.max(floor, nextSeq - 1 + pageEntries));
  // Also where the one cannot be shown: those behind it were not looked at.
  return { told, end: isTrial ? (wanted[0]?.seq ?? end) : end };
}

/** What a page came to: all of it was told, time is over, or the app does not take it. */
type PageEnd = 'ALL' | 'TIME' | 'NO';

async function tellPage(
  parts: WebhookParts,
  row: BacklogRow,
  { told, until, signal, isTrial }: Stretch & Pick<Page, 'told'>,
): Promise<PageEnd> {
  for (const one of told) {
    const waitMs = until - performance.now();
    const outcome: Outcome =
      waitMs <= 0 ? { kind: 'crowded' } : await tell(parts, row.webhookId, { told: one, signal, waitMs, anyway: isTrial });
    if (outcome.kind === 'failed') await putOff(parts, row, one.seq, outcome);
    // Others who wait go first.
    if (outcome.kind === 'crowded') await moveBacklog(parts.db, row, { nextSeq: one.seq, dueAt: await parts.db.now() });
    if (outcome.kind === 'rests') await moveBacklog(parts.db, row, { nextSeq: one.seq, dueAt: row.dueAt });
    if (outcome.kind !== 'told') return outcome.kind === 'crowded' ? 'TIME' : 'NO';
  }
  return 'ALL';
}

/** What is left of a backlog; null: nothing, or it is somebody else's by now. */
async function moveOn(db: WebhookParts['db'], row: BacklogRow, end: number): Promise<BacklogRow | null> {
  const moved = await moveBacklog(db, row, { nextSeq: end + 1, dueAt: await db.now() });
  return moved === null || end < moved.upToSeq ? moved : endBacklog(db, moved, end);
}

/** What fails by itself for as long as an app may fail at all is not got rid of otherwise: the app is disabled. */
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
  parts.logger.error({ webhook: row.webhookId, streamId: String(row.streamId), seq: nextSeq }, 'a webhook was disabled for one event');
  await db.transaction((tx) => disable(tx, row.webhookId, { why: 'FAILING', now }));
}
