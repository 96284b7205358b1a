import type { Db, StreamKind, Tx } from '../db/index.ts';
import { putJob } from '../jobs/index.ts';
import { uuidBytes, uuidText } from '../uuid.ts';
import { changeWebhook, holdWebhook, requireWebhook } from './store.ts';
import type { Backlog } from './webhook.ts';

/** A webhook's backlog of one stream: the entries that were not delivered yet. */
export interface BacklogRow {
  readonly streamId: bigint;
  readonly webhookId: string;
  readonly kind: StreamKind;
  /** All entries before this one were delivered. */
  readonly nextSeq: number;
  /** The last entry to deliver. */
  readonly upToSeq: number;
  /** How often the next entry has failed, and since when. */
  readonly attempts: number;
  readonly failingSince: Date | null;
  /** The earliest time of the next attempt. While it is delivered: until when nobody else delivers it. */
  readonly dueAt: Date;
}

/** The failures of an entry that was not tried yet. */
const untried = { attempts: 0, failingSince: null } as const;

type Ref = Pick<BacklogRow, 'streamId' | 'webhookId'>;

function keyOf({ streamId, webhookId }: Ref) {
  return { streamId, webhookId: uuidBytes(webhookId) };
}

/** Reads which webhooks have a backlog of a stream. */
export async function behindIn(tx: Tx, streamId: bigint): Promise<ReadonlySet<string>> {
  const rows = await tx.webhookBacklog.findMany({ where: { streamId }, select: { webhookId: true } });
  return new Set(rows.map(({ webhookId }) => uuidText(webhookId)));
}

/** Extends a backlog to cover the given range. False: there is no backlog, so everything before was delivered. */
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
    // An entry that comes again was delivered, or given up and wanted again: it is delivered again.
    const data = { ...(from < nextSeq && { nextSeq: from, ...untried }), upToSeq: Math.max(upToSeq, upTo) };
    const { count } = await db.transaction((tx) => tx.webhookBacklog.updateMany({ where: { ...keyOf(ref), nextSeq, upToSeq }, data }));
    // If not, the backlog was advanced, ended or extended in between.
    if (count === 1) return true;
  }
}

/**
 * Starts a backlog and schedules its job at `seenToAt`. Extends it if it already exists. Stores nothing for a webhook that was deleted or
 * has answered 410.
 */
export async function beginBacklog(db: Db, row: BacklogRow, seenToAt: Date): Promise<void> {
  await db.transaction(async (tx) => {
    if (!(await holdWebhook(tx, row.webhookId)) || (await requireWebhook(tx, row.webhookId)).disabledWhy === 'GONE') return;
    const key = keyOf(row);
    // Holds it, so that it does not end meanwhile.
    const { count } = await tx.webhookBacklog.updateMany({ where: key, data: { attempts: { increment: 0 } } });
    if (count === 0) await tx.webhookBacklog.create({ data: { ...row, ...key } });
    else {
      const { nextSeq, attempts, failingSince } = row;
      await tx.webhookBacklog.updateMany({ where: { ...key, nextSeq: { gt: nextSeq } }, data: { nextSeq, attempts, failingSince } });
      await tx.webhookBacklog.updateMany({ where: { ...key, upToSeq: { lt: row.upToSeq } }, data: { upToSeq: row.upToSeq } });
    }
    await scheduleCatchUp(tx, row.webhookId, seenToAt);
  });
}

/** Schedules a webhook's catch-up job for `at`, or leaves it if it is due earlier. The caller must hold the webhook's row. */
export async function scheduleCatchUp(tx: Tx, webhookId: string, at: Date): Promise<void> {
  const there = await tx.job.findUnique({ where: { kind_key: { kind: 'WebhookBacklog', key: webhookId } } });
  // If the job is running, its end must not remove this new request: jobs are told apart by their due time, so it gets another one.
  const dueAt = there?.state === 'PENDING' && there.dueAt <= at ? new Date(there.dueAt.getTime() - 1) : at;
  await putJob(tx, { kind: 'WebhookBacklog', key: webhookId, data: { webhookId }, dueAt });
}

/** Which backlogs a node takes up. */
interface Taking {
  /** The backlogs must be due then. Null: they need not be due. */
  readonly now: Date | null;
  readonly limit: number;
  /** Until when no other node takes them up. */
  readonly takenUntil: Date;
}

/** Takes up backlogs, the earliest first, and leaves out those that another node has taken up meanwhile. */
export async function takeBacklogs(db: Db, webhookId: string, { now, limit, takenUntil }: Taking): Promise<readonly BacklogRow[]> {
  const due = await dueBacklogs(db.client, webhookId, { now, limit });
  if (due.length === 0) return [];
  return db.transaction(async (tx) => {
    const taken: BacklogRow[] = [];
    for (const row of due) {
      const asRead = { ...keyOf(row), nextSeq: row.nextSeq, dueAt: row.dueAt };
      const { count } = await tx.webhookBacklog.updateMany({ where: asRead, data: { dueAt: takenUntil } });
      if (count === 1) taken.push({ ...row, dueAt: takenUntil });
    }
    return taken;
  });
}

/** Reads the backlogs that are due at `now`, the earliest first. `now` null: all backlogs. */
export async function dueBacklogs(
  tx: Tx,
  webhookId: string,
  { now, limit }: Pick<Taking, 'now' | 'limit'>,
): Promise<readonly BacklogRow[]> {
  const rows = await tx.webhookBacklog.findMany({
    where: { webhookId: uuidBytes(webhookId), ...(now !== null && { dueAt: { lte: now } }) },
    orderBy: [{ dueAt: 'asc' }, { streamId: 'asc' }],
    take: limit,
  });
  return rows.map(({ webhookId: id, kind, ...row }) => ({ ...row, webhookId: uuidText(id), kind: kind as StreamKind }));
}

/** Advances a backlog. Null: another node has advanced it, or it is gone. The new `dueAt` puts it behind the other backlogs that wait. */
export async function moveBacklog(db: Db, row: BacklogRow, to: Pick<BacklogRow, 'nextSeq' | 'dueAt'>): Promise<BacklogRow | null> {
  const moved = { ...to, ...(to.nextSeq !== row.nextSeq && untried) };
  const { count } = await db.transaction((tx) =>
    tx.webhookBacklog.updateMany({ where: { ...keyOf(row), nextSeq: row.nextSeq }, data: moved }),
  );
  return count === 1 ? { ...row, ...moved } : null;
}

/** Records that the next entry has failed. */
export async function putOffBacklog(
  db: Db,
  row: BacklogRow,
  to: Pick<BacklogRow, 'nextSeq' | 'attempts' | 'failingSince' | 'dueAt'>,
): Promise<void> {
  await db.transaction((tx) => tx.webhookBacklog.updateMany({ where: { ...keyOf(row), nextSeq: row.nextSeq }, data: to }));
}

/**
 * Removes a backlog that was delivered up to `toldUpTo`. Null: it is gone. If it was extended meanwhile, it stays and is returned as it is
 * now.
 */
export async function endBacklog(db: Db, row: BacklogRow, toldUpTo: number): Promise<BacklogRow | null> {
  const { count } = await db.transaction((tx) =>
    tx.webhookBacklog.deleteMany({ where: { ...keyOf(row), nextSeq: row.nextSeq, upToSeq: { lte: toldUpTo } } }),
  );
  if (count === 1) return null;
  const there = await db.client.webhookBacklog.findUnique({ where: { streamId_webhookId: keyOf(row) } });
  return there === null || there.nextSeq !== row.nextSeq ? null : { ...row, upToSeq: there.upToSeq };
}

/** Schedules the catch-up job for when the first backlog is due, or for the end of the webhook's rest. */
export async function scheduleNextCatchUp(db: Db, webhookId: string): Promise<void> {
  await db.transaction(async (tx) => {
    if (!(await holdWebhook(tx, webhookId))) return;
    const { retryAt, state } = await tx.webhook.findUniqueOrThrow({ where: { id: uuidBytes(webhookId) } });
    const [first] = await dueBacklogs(tx, webhookId, { now: null, limit: 1 });
    if (first === undefined || state === 'DISABLED') return;
    await putJob(tx, { kind: 'WebhookBacklog', key: webhookId, data: { webhookId }, dueAt: retryAt ?? first.dueAt });
  });
}

/** Removes all backlogs of a webhook. */
export async function forgetBacklogs(tx: Tx, webhookId: string): Promise<void> {
  await tx.webhookBacklog.deleteMany({ where: { webhookId: uuidBytes(webhookId) } });
}

/**
 * Makes all backlogs of a webhook due at once and resets their failures. Otherwise an entry that has failed for days would disable the
 * webhook again with its first failure.
 */
export async function makeDue(tx: Tx, webhookId: string, now: Date): Promise<void> {
  await changeWebhook(tx, webhookId, { attempts: 0, retryAt: null });
  await tx.webhookBacklog.updateMany({ where: { webhookId: uuidBytes(webhookId), failingSince: { not: null } }, data: untried });
  await tx.webhookBacklog.updateMany({ where: { webhookId: uuidBytes(webhookId), dueAt: { gt: now } }, data: { dueAt: now } });
  await scheduleCatchUp(tx, webhookId, now);
}

/** Counts the backlogs of webhooks. A webhook without any is absent. */
export async function countBacklogs(tx: Tx): Promise<ReadonlyMap<string, Backlog>> {
  const sums = await tx.webhookBacklog.groupBy({ by: ['webhookId'], _count: true, _sum: { upToSeq: true, nextSeq: true } });
  return new Map(
    sums.map(({ webhookId, _count: streams, _sum: { upToSeq, nextSeq } }) => [
      uuidText(webhookId),
      { streams, entries: (upToSeq ?? 0) - (nextSeq ?? 0) + streams },
    ]),
  );
}
