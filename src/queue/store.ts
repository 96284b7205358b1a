import { z } from 'zod';
import { selectModerationItems, selectReportedItems, type Tx } from '../db/index.ts';
import { filledPage } from '../filled-page.ts';
import type { Fact } from '../log/index.ts';
import { isUuid, uuidBytes, uuidText } from '../uuid.ts';
import type { FoundWord, Item, ItemAction, ItemKind, ItemState, Report, ReportCounts, ReportReason, Target } from './item.ts';

type ItemRow = Awaited<ReturnType<Tx['moderationItem']['findMany']>>[number];
type ReportRow = Awaited<ReturnType<Tx['moderationReport']['findMany']>>[number];

/** Stands for the lists of blocked words as the reporter in a row: no user has this id. */
export const byWords = 0n;

/** Returns the stream whose lock guards a target's item. */
export function streamOf(target: Target): bigint {
  return target.kind === 'USER' ? target.userId : target.conversationId;
}

/** Returns the unique key of a target's open item. */
export function openTargetOf(target: Target): string {
  return `${target.kind}:${streamOf(target)}${target.kind === 'MESSAGE' ? `:${target.seq}` : ''}`;
}

/** Returns the target of a row. */
export function targetOf({ kind, streamId, seq, userId }: Pick<ItemRow, 'kind' | 'streamId' | 'seq' | 'userId'>): Target {
  switch (kind as ItemKind) {
    case 'MESSAGE':
      return { kind: 'MESSAGE', conversationId: streamId, seq: seq ?? 0, userId: userId ?? 0n };
    case 'USER':
      return { kind: 'USER', userId: streamId };
    case 'GROUP':
      return { kind: 'GROUP', conversationId: streamId };
  }
}

function itemOf(row: ItemRow): Item {
  const { id, text, state, createdAt, resolvedAt: at, resolvedById: byId, note } = row;
  return {
    ...{ id: uuidText(id), target: targetOf(row), text, state: state as ItemState, createdAt },
    resolution: at === null ? null : { action: row.action as ItemAction, note, at, byId },
  };
}

const foundWords = z.array(z.object({ list: z.string(), word: z.string() }));

/** Converts a row to a report. A report without text of its own has the text of `item`. */
export function reportOf({ reporterId, reason, note, text, words, at }: ReportRow, item: Pick<Item, 'text'>): Report {
  return {
    reporterId: reporterId === byWords ? null : reporterId,
    ...{ reason: reason as ReportReason, note, text: text ?? item.text, at },
    words: words === null ? [] : foundWords.parse(JSON.parse(words)),
  };
}

/** Formats a report's words for its row. Null if there are none. */
export function formatWords(words: readonly FoundWord[]): string | null {
  return words.length === 0 ? null : JSON.stringify(words);
}

/** Reads items by UUID, in the order asked for; null where there is none, also for a text that is no UUID. */
export async function readItems(tx: Tx, ids: readonly string[]): Promise<readonly (Item | null)[]> {
  const rows = await tx.moderationItem.findMany({ where: { id: { in: ids.filter(isUuid).map(uuidBytes) } } });
  const found = new Map(rows.map(itemOf).map((item) => [item.id, item]));
  return ids.map((id) => found.get(id) ?? null);
}

/** An item by id. Changes of it need the lock of its target's stream. */
export const itemFact: Fact<string, Item | null> = { name: 'moderation item', key: String, read: readItems };

/** Reads the open item of a target. Null if there is none. */
export async function openItem(tx: Tx, target: Target): Promise<Item | null> {
  const row = await tx.moderationItem.findUnique({ where: { openTarget: openTargetOf(target) } });
  return row && itemOf(row);
}

/** Which part of the queue to list. */
export interface ItemRange {
  readonly state: ItemState;
  readonly kind: ItemKind | null;
  /** The id of the item after which to continue; undefined: from the beginning. */
  readonly after: string | undefined;
  readonly first: number;
}

/** A page of the queue. */
export interface ItemPage {
  readonly items: readonly Item[];
  readonly hasNextPage: boolean;
}

/** Lists items of a state: open items the oldest first, resolved items the newest first. */
export function listItems(tx: Tx, range: ItemRange): Promise<ItemPage> {
  return filledPage(range, (page) => readRange(tx, page));
}

async function readRange(tx: Tx, { state, kind, after, first }: ItemRange) {
  const past = after === undefined ? null : uuidBytes(after);
  const found = await selectModerationItems(tx, { state, kind, past, limit: first + 1, newestFirst: state === 'RESOLVED' });
  const ids = found.slice(0, first).map(uuidText);
  // Leaves out an item that was resolved between the two reads.
  const items = (await readItems(tx, ids)).filter((item) => item?.state === state).filter((item) => item !== null);
  return { items, hasNextPage: found.length > first, end: ids.at(-1) };
}

/** The position of a report in its item's list. */
export interface ReportPlace {
  readonly at: Date;
  /** 0: the lists of blocked words. */
  readonly reporterId: bigint;
}

/** Lists the reports of an item, the newest first. */
export async function listReports(
  tx: Tx,
  item: Item,
  { after, limit }: { readonly after: ReportPlace | null; readonly limit: number },
): Promise<readonly (Report & { readonly place: ReportPlace })[]> {
  const past = after && { OR: [{ at: { lt: after.at } }, { at: after.at, reporterId: { lt: after.reporterId } }] };
  const rows = await tx.moderationReport.findMany({
    where: { itemId: uuidBytes(item.id), ...(after !== null && { at: { lte: after.at }, ...past }) },
    orderBy: [{ at: 'desc' }, { reporterId: 'desc' }],
    take: limit,
  });
  return rows.map((row) => ({ ...reportOf(row, item), place: { at: row.at, reporterId: row.reporterId } }));
}

/** Counts the reports of items, in the order asked for. */
export async function countReports(tx: Tx, ids: readonly string[]): Promise<readonly ReportCounts[]> {
  const groups = await tx.moderationReport.groupBy({
    by: ['itemId', 'reason'],
    where: { itemId: { in: ids.map(uuidBytes) } },
    _count: { _all: true },
    _max: { at: true },
  });
  const found = Map.groupBy(groups, ({ itemId }) => uuidText(itemId));
  return ids.map((id) => {
    const own = (found.get(id) ?? []).map(({ reason, _count, _max }) => ({
      reason: reason as ReportReason,
      ...{ count: _count._all, at: _max.at ?? new Date(0) },
    }));
    return {
      reporters: own.filter(({ reason }) => reason !== 'BLOCKED_WORDS').reduce((sum, { count }) => sum + count, 0),
      reasons: own.toSorted((one, other) => other.count - one.count).map(({ reason, count }) => ({ reason, count })),
      newestAt: new Date(Math.max(0, ...own.map(({ at }) => at.getTime()))),
    };
  });
}

/** A report that a user has made. */
export interface OwnReport extends Pick<Report, 'reason' | 'note' | 'at'> {
  readonly itemId: string;
  readonly target: Target;
}

/** Lists a user's reports after the item `after`, in the order in which the items came into the queue. */
export async function listReportsBy(
  tx: Tx,
  reporterId: bigint,
  { after, first }: { readonly after: string | undefined; readonly first: number },
): Promise<readonly OwnReport[]> {
  const past = after === undefined ? null : uuidBytes(after);
  const ids = await selectReportedItems(tx, { reporterId, past, limit: first });
  const rows = await tx.moderationReport.findMany({ where: { reporterId, itemId: { in: [...ids] } } });
  const found = new Map(rows.map((row) => [uuidText(row.itemId), row]));
  return (await readItems(tx, ids.map(uuidText))).flatMap((item): readonly OwnReport[] => {
    const row = item === null ? undefined : found.get(item.id);
    if (item === null || row === undefined) return [];
    const { reason, note, at } = row;
    return [{ itemId: item.id, target: item.target, reason: reason as ReportReason, note, at }];
  });
}
