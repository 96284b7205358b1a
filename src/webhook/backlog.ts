import type { Db, StreamKind, Tx } from '../db/index.ts';
import { leaveJob } from '../jobs/index.ts';
import { uuidBytes, uuidText } from '../uuid.ts';
import { changeWebhook, holdWebhook, requireWebhook } from './store.ts';
import type { Backlog } from './webhook.ts';

/** What a webhook has not been told of one stream. */
export interface BacklogRow {
  readonly streamId: bigint;
  readonly webhookId: string;
  readonly kind: StreamKind;
  /** All before it was told. */
  readonly nextSeq: number;
  /** The newest that is to be told. */
  readonly upToSeq: number;
  /** How often the next one was tried in vain, and since when. */
  readonly attempts: number;
  readonly failingSince: Date | null;
  /** Not to be tried earlier. */
  readonly dueAt: Date;
}

type Ref = Pick<BacklogRow, 'streamId' | 'webhookId'>;

function keyOf({ streamId, webhookId }: Ref) {
  return { streamId, webhookId: uuidBytes(webhookId) };
}

/** Which of some webhooks have something to catch up on in a stream. */
export async function behindIn(tx: Tx, streamId: bigint): Promise<ReadonlySet<string>> {
  const rows = await tx.webhookBacklog.findMany({ where: { streamId }, select: { webhookId: true } });
  return new Set(rows.map(({ webhookId }) => uuidText(webhookId)));
}

/** Has a backlog take in entries from one seq up to another. False: there is none, so that all before was told. */
export async function extendBacklog(
  db: Db,
  ref: Ref,
  { nextSeq: from, upToSeq: upTo }: Pick<BacklogRow, 'nextSeq' | 'upToSeq'>,
): Promise<boolean> {
  for (;;) {
    const row = await db.client.webhookBacklog.findUnique({ where: { streamId_webhookId: keyOf(ref) } });
    if (row === null) return false;
    const { nextSeq, upToSeq } = row;
    if (from >= nextSeq && upTo <= upToSeq) return true;
    // What comes again was told already, or given up and is wanted after all: it is told again.
    const data = { nextSeq: Math.min(nextSeq, from), upToSeq: Math.max(upToSeq, upTo) };
    const { count } = await db.transaction((tx) => tx.webhookBacklog.updateMany({ where: { ...keyOf(ref), nextSeq, upToSeq }, data }));
    // Otherwise it was told on, emptied or extended in between.
    if (count === 1) return true;
  }
}

/** Begins a backlog, and has it seen to at a time. One that is there already is extended. Nothing is stored for a webhook that was deleted, or is gone. */
export async function beginBacklog(db: Db, row: BacklogRow, seenToAt: Date): Promise<void> {
  await db.transaction(async (tx) => {
    if (!(await holdWebhook(tx, row.webhookId)) || (await requireWebhook(tx, row.webhookId)).disabledWhy === 'GONE') return;
    const key = keyOf(row);
    const there = await tx.webhookBacklog.findUnique({ where: { streamId_webhookId: key } });
    if (there === null) await tx.webhookBacklog.create({ data: { ...row, ...key } });
    else await tx.webhookBacklog.updateMany({ where: { ...key, upToSeq: { lt: row.upToSeq } }, data: { upToSeq: row.upToSeq } });
    await seeTo(tx, row.webhookId, seenToAt);
  });
}

/** Has what a webhook misses be seen to at a time, or earlier if that is wanted already. To be called with its row held. */
export async function seeTo(tx: Tx, webhookId: string, at: Date): Promise<void> {
  const there = await tx.job.findUnique({ where: { kind_key: { kind: 'WebhookBacklog', key: webhookId } } });
  // One that is being done is left anew, which its end does not undo: hence another time than the one it has.
  const dueAt = there?.state === 'PENDING' && there.dueAt <= at ? new Date(there.dueAt.getTime() - 1) : at;
  await leaveJob(tx, { kind: 'WebhookBacklog', key: webhookId, data: { webhookId }, dueAt });
}

/** What is to be tried at a time, the longest due first; `now` null: whenever it is due. */
export async function dueBacklogs(
  tx: Tx,
  webhookId: string,
  { now, limit }: { readonly now: Date | null; readonly limit: number },
): Promise<readonly BacklogRow[]> {
  const rows = await tx.webhookBacklog.findMany({
    where: { webhookId: uuidBytes(webhookId), ...(now !== null && { dueAt: { lte: now } }) },
    orderBy: [{ dueAt: 'asc' }, { streamId: 'asc' }],
    take: limit,
  });
  return rows.map(({ webhookId: id, kind, ...row }) => ({ ...row, webhookId: uuidText(id), kind: kind as StreamKind }));
}

/** Moves a backlog on from where it stands; null: somebody else has moved it, or it is gone. `dueAt`: it goes behind others who wait. */
export async function moveBacklog(db: Db, row: BacklogRow, to: Pick<BacklogRow, 'nextSeq' | 'dueAt'>): Promise<BacklogRow | null> {
  const moved = { ...to, ...(to.nextSeq !== row.nextSeq && { attempts: 0, failingSince: null }) };
  const { count } = await db.transaction((tx) =>
    tx.webhookBacklog.updateMany({ where: { ...keyOf(row), nextSeq: row.nextSeq }, data: moved }),
  );
  return count === 1 ? { ...row, ...moved } : null;
}

/** The next one was tried in vain. */
export async function putOffBacklog(
  db: Db,
  row: BacklogRow,
  to: Pick<BacklogRow, 'nextSeq' | 'attempts' | 'failingSince' | 'dueAt'>,
): Promise<void> {
  await db.transaction((tx) => tx.webhookBacklog.updateMany({ where: { ...keyOf(row), nextSeq: row.nextSeq }, data: to }));
}

/** Removes a backlog of which all was told; null: it is gone. Otherwise it was extended meanwhile, and is answered as it stands. */
export async function endBacklog(db: Db, row: BacklogRow, toldUpTo: number): Promise<BacklogRow | null> {
  const { count } = await db.transaction((tx) =>
    tx.webhookBacklog.deleteMany({ where: { ...keyOf(row), nextSeq: row.nextSeq, upToSeq: { lte: toldUpTo } } }),
  );
  if (count === 1) return null;
  const there = await db.client.webhookBacklog.findUnique({ where: { streamId_webhookId: keyOf(row) } });
  return there === null || there.nextSeq !== row.nextSeq ? null : { ...row, upToSeq: there.upToSeq };
}

/** Has it be seen to when the first of its streams is due, or when it has rested. */
export async function seeToNext(db: Db, webhookId: string): Promise<void> {
  await db.transaction(async (tx) => {
    if (!(await holdWebhook(tx, webhookId))) return;
    const { retryAt, state } = await tx.webhook.findUniqueOrThrow({ where: { id: uuidBytes(webhookId) } });
    const [first] = await dueBacklogs(tx, webhookId, { now: null, limit: 1 });
    if (first === undefined || state === 'DISABLED') return;
    await leaveJob(tx, { kind: 'WebhookBacklog', key: webhookId, data: { webhookId }, dueAt: retryAt ?? first.dueAt });
  });
}

/** Forgets what a webhook misses. */
export async function forgetBacklogs(tx: Tx, webhookId: string): Promise<void> {
  await tx.webhookBacklog.deleteMany({ where: { webhookId: uuidBytes(webhookId) } });
}

/** Has all that a webhook misses be tried at once, and as if it had not failed: otherwise one that failed for days would have it disabled again by its first failure. */
export async function hurry(tx: Tx, webhookId: string, now: Date): Promise<void> {
  await changeWebhook(tx, webhookId, { attempts: 0, retryAt: null });
  const fresh = { attempts: 0, failingSince: null };
  await tx.webhookBacklog.updateMany({ where: { webhookId: uuidBytes(webhookId), failingSince: { not: null } }, data: fresh });
  await tx.webhookBacklog.updateMany({ where: { webhookId: uuidBytes(webhookId), dueAt: { gt: now } }, data: { dueAt: now } });
  await seeTo(tx, webhookId, now);
}

/** How far behind webhooks are; who is not behind is absent. */
export async function countBacklogs(tx: Tx): Promise<ReadonlyMap<string, Backlog>> {
  const sums = await tx.webhookBacklog.groupBy({ by: ['webhookId'], _count: true, _sum: { upToSeq: true, nextSeq: true } });
  return new Map(
    sums.map(({ webhookId, _count: streams, _sum: { upToSeq, nextSeq } }) => [
      uuidText(webhookId),
      { streams, entries: (upToSeq ?? 0) - (nextSeq ?? 0) + streams },
    ]),
  );
}
