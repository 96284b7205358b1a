import type { Tx } from '../db/index.ts';
import type { EffectKind } from '../log/index.ts';
import { newUuid, uuidBytes } from '../uuid.ts';
import type { FoundWord, ReportReason, Target } from './item.ts';
import { byWords, formatWords, openItem, openTargetOf, streamOf } from './store.ts';

/** A report to be put in the queue. */
export interface NewReport {
  readonly target: Target;
  /** The target's text now, or null if it has none. */
  readonly text: string | null;
  /** Null: the lists of blocked words. */
  readonly reporterId: bigint | null;
  readonly reason: ReportReason;
  readonly note: string | null;
  readonly words: readonly FoundWord[];
  readonly at: Date;
}

/**
 * Puts a report in the queue: in the target's open item, or else in a new one. Replaces a former report of the same reporter in that item.
 * The caller must hold the lock of the target's stream.
 */
export async function putReport(tx: Tx, report: NewReport): Promise<void> {
  const item = await openItem(tx, report.target);
  const id = item?.id ?? newUuid();
  if (item === null) await tx.moderationItem.create({ data: itemRow(report, id) });
  const { itemId, reporterId, ...said } = reportRow(report, { id, text: item === null ? report.text : item.text });
  await tx.moderationReport.upsert({
    where: { itemId_reporterId: { itemId, reporterId } },
    create: { itemId, reporterId, ...said },
    update: said,
  });
}

// A statement must fit in the smallest maximum packet size of servers. Eight messages with all their attachments have less than 2 MB.
const atOnce = 8;

/** Puts reports in the queue whose targets are new, so that there can be no open items for them. */
export const newReports: EffectKind<NewReport> = {
  name: 'reports of what is new',
  async write(tx, reports) {
    for (let from = 0; from < reports.length; from += atOnce) {
      const rows = reports.slice(from, from + atOnce).map((report) => {
        const item = itemRow(report, newUuid());
        return { item, report: { ...reportRow(report, report), itemId: item.id } };
      });
      await tx.moderationItem.createMany({ data: rows.map(({ item }) => item) });
      await tx.moderationReport.createMany({ data: rows.map((row) => row.report) });
    }
  },
};

function itemRow({ target, text, at }: NewReport, id: string) {
  return {
    ...{
      id: uuidBytes(id),
      kind: target.kind,
      openTarget: openTargetOf(target),
      streamId: streamOf(target),
      text,
      state: 'OPEN',
      createdAt: at,
    },
    ...(target.kind === 'MESSAGE' && { seq: target.seq }),
    ...(target.kind !== 'GROUP' && { userId: target.userId }),
  };
}

function reportRow({ reporterId, reason, note, text, words, at }: NewReport, item: { readonly id?: string; readonly text: string | null }) {
  return {
    ...{ itemId: uuidBytes(item.id ?? ''), reporterId: reporterId ?? byWords, reason, note, at },
    ...{ text: text === item.text ? null : text, words: formatWords(words) },
  };
}
