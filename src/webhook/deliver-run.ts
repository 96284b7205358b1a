import { ChatError } from '../errors.ts';
import type { Entry } from '../log/index.ts';
import type { EntryRun } from '../worker/index.ts';
import { beginBacklog, behindIn, extendBacklog } from './backlog.ts';
import { deliver, type EventCall, type Outcome, renderCalls } from './deliver.ts';
import type { WebhookParts } from './parts.ts';
import { pauseMs } from './retry.ts';
import { rests, type WebhookRow, wantsNow } from './store.ts';

// The next entries of the stream wait for this run. A slower app gets the rest from its backlog.
const budgetMs = 3_000;

/**
 * Delivers the entries of a run to every app that wants them, one after the other. What cannot be delivered at once becomes the app's
 * backlog of that stream, a position from which its log is read later; later entries join the backlog. So an entry is delivered only after
 * all earlier entries of its stream were, whoever delivers it (decision 39).
 */
export async function deliverRun(parts: WebhookParts, run: EntryRun, signal: AbortSignal): Promise<void> {
  const rows = await parts.current();
  const wanted = run.entries.filter((entry) => rows.some((row) => wantsNow(row, entry)));
  if (wanted.length === 0) return;
  const behind = await behindIn(parts.db.client, run.streamId);
  const until = performance.now() + budgetMs;
  let shown: Promise<readonly EventCall[]> | undefined;
  // Rendered once for all apps, and not at all if none is called.
  const tidingsOnce = () => (shown ??= renderCalls(parts, { ...run, entries: wanted }));
  const turns = rows.map((row) => {
    const own = wanted.filter((entry) => wantsNow(row, entry));
    return tellRun(parts, { run, row, own, until, signal, isBehind: behind.has(row.id), tidingsOnce });
  });
  const failed = (await Promise.allSettled(turns)).find((turn) => turn.status === 'rejected');
  // The other apps are done by now. A retry calls them again with the same ids, by which they recognise the repeats.
  if (failed !== undefined) throw failed.reason;
}

interface Turn {
  readonly run: EntryRun;
  readonly row: WebhookRow;
  /** The entries that this app wants. */
  readonly own: readonly Entry[];
  /** By performance.now(). */
  readonly until: number;
  readonly signal: AbortSignal;
  readonly isBehind: boolean;
  /** The calls' contents, shared by all apps. */
  readonly tidingsOnce: () => Promise<readonly EventCall[]>;
}

async function tellRun(parts: WebhookParts, { run, row, own, until, signal, isBehind, tidingsOnce }: Turn): Promise<void> {
  const [first] = own;
  if (first === undefined) return;
  const upToSeq = own.at(-1)?.seq ?? first.seq;
  const stretch = { nextSeq: first.seq, upToSeq };
  if (isBehind && (await extendBacklog(parts.db, { streamId: run.streamId, webhookId: row.id }, stretch))) return;
  if (rests(row)) return leave(parts, { run, row, ...stretch, outcome: { kind: 'rests' } });
  const seqs = new Set(own.map(({ seq }) => seq));
  const all = await tidingsOnce().catch((error: unknown) => {
    if (signal.aborted || (error instanceof ChatError && error.code === 'UNAVAILABLE')) throw error;
    parts.logger.error(
      { err: error, webhook: row.id, streamId: String(run.streamId) },
      'a webhook event could not be delivered; it will be retried',
    );
    return null;
  });
  // Entries that cannot be rendered, because of a defect, wait in the backlog with all that follow. If the worker gave them up, they would
  // be delivered out of order, or never.
  if (all === null) return leave(parts, { run, row, ...stretch, outcome: { kind: 'crowded' } });
  for (const told of all.filter(({ seq }) => seqs.has(seq))) {
    const waitMs = until - performance.now();
    const outcome: Outcome = waitMs <= 0 ? { kind: 'crowded' } : await deliver(parts, row.id, { told, signal, waitMs, anyway: false });
    if (outcome.kind === 'gone') return;
    if (outcome.kind !== 'told') return leave(parts, { run, row, nextSeq: told.seq, upToSeq, outcome });
  }
}

async function leave(
  { db, current }: WebhookParts,
  {
    run: { streamId, kind },
    row,
    nextSeq,
    upToSeq,
    outcome,
  }: Pick<Turn, 'run' | 'row'> & { readonly nextSeq: number; readonly upToSeq: number; readonly outcome: Outcome },
): Promise<void> {
  const now = await db.now();
  const failed = outcome.kind === 'failed';
  const dueAt = failed ? new Date(now.getTime() + pauseMs(1, outcome.answer.retryAfterMs)) : now;
  const at = (await current()).find(({ id }) => id === row.id)?.retryAt ?? dueAt;
  const attempts = failed ? 1 : 0;
  await beginBacklog(db, { streamId, webhookId: row.id, kind, nextSeq, upToSeq, attempts, failingSince: failed ? now : null, dueAt }, at);
}
