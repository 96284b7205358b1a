import type { Tx } from '../db/index.ts';
import { type Effect, effect } from '../log/index.ts';
import { type NewReport, newReports, putReport, type Target } from '../queue/index.ts';
import { type Admitted, eachOnce } from './screen.ts';

/** What was found, and in what. */
export interface Flag {
  readonly target: Target;
  /** All that was said at once. */
  readonly said: readonly Admitted[];
  /** What is kept of it; absent: the texts in which something was found. */
  readonly whole?: () => string;
  readonly at: Date;
}

/** What has what was found in a new message put in the queue, in the commit that stores it; nothing where nothing was. */
export function flagEffects(flag: Flag): readonly Effect[] {
  const report = reportOf(flag);
  return report === null ? [] : [effect(newReports, report)];
}

/** Has what was found in anything else put in the queue. Whoever calls it holds the target's stream. */
export async function putFlag(tx: Tx, flag: Flag): Promise<void> {
  const report = reportOf(flag);
  if (report !== null) await putReport(tx, report);
}

function reportOf({ target, said, whole, at }: Flag): NewReport | null {
  const flagged = said.filter(({ found }) => found.length > 0);
  if (flagged.length === 0) return null;
  return {
    ...{ target, at, reporterId: null, reason: 'BLOCKED_WORDS', note: null },
    text: whole?.() ?? flagged.map(({ text }) => text).join('\n'),
    words: eachOnce(flagged.flatMap(({ found }) => found)),
  };
}
