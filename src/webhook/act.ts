import { ChatError } from '../errors.ts';
import type { Entry } from '../log/index.ts';
import type { EntryRun } from '../worker/index.ts';
import { beginBacklog, behindIn, extendBacklog } from './backlog.ts';
import type { WebhookParts } from './parts.ts';
import { pauseMs } from './retry.ts';
import { rests, type WebhookRow, wantsNow } from './store.ts';
import { type Outcome, type Told, tell, tidings } from './tell.ts';

// The stream's next entries wait for us: an app that is slower is told the rest from its backlog.
const budgetMs = 3_000;

/**
 * Tells every app what it wants of a run, one entry after the other. What cannot be told at once becomes the app's backlog of that stream, a position
 * from which its log is read later; what comes after it joins that. So of one stream an entry is only ever told once all before it were, whoever tells it.
 */
export async function actOn(parts: WebhookParts, run: EntryRun, signal: AbortSignal): Promise<void> {
  const rows = await parts.current();
  const wanted = run.entries.filter((entry) => rows.some((row) => wantsNow(row, entry)));
  if (wanted.length === 0) return;
  const behind = await behindIn(parts.db.client, run.streamId);
  const until = performance.now() + budgetMs;
  let shown: Promise<readonly Told[]> | undefined;
  // Once for all apps; not at all where none is called.
  const tidingsOnce = () => (shown ??= tidings(parts, { ...run, entries: wanted }));
  const turns = rows.map((row) => {
    const own = wanted.filter((entry) => wantsNow(row, entry));
    return tellRun(parts, { run, row, own, until, signal, isBehind: behind.has(row.id), tidingsOnce });
  });
  const failed = (await Promise.allSettled(turns)).find((turn) => turn.status === 'rejected');
  // The others are done by then: they are told again, which they can tell.
  if (failed !== undefined) throw failed.reason;
}

interface Turn {
  readonly run: EntryRun;
  readonly row: WebhookRow;
  /** What this app is to be told of. */
  readonly own: readonly Entry[];
  /** By performance.now(). */
  readonly until: number;
  readonly signal: AbortSignal;
  readonly isBehind: boolean;
  /** What all apps are told of the run. */
  readonly tidingsOnce: () => Promise<readonly Told[]>;
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
    parts.logger.error({ err: error, webhook: row.id, streamId: String(run.streamId) }, 'an app could not be told; it is tried again');
    return null;
  });
  // What cannot be shown, which is a defect, waits with all that comes behind it: given up by the worker it would be told out of its order, or never.
  if (all === null) return leave(parts, { run, row, ...stretch, outcome: { kind: 'crowded' } });
  for (const told of all.filter(({ seq }) => seqs.has(seq))) {
    const waitMs = until - performance.now();
    const outcome: Outcome = waitMs <= 0 ? { kind: 'crowded' } : await tell(parts, row.id, { told, signal, waitMs, anyway: false });
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
