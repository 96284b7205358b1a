import type { Tx } from '../db/index.ts';
import { type Effect, effect } from '../log/index.ts';
import { type NewReport, newReports, putReport, type Target } from '../queue/index.ts';
import { type AllowedText, eachOnce } from './screen.ts';

/** The blocked words that were found in what a user wrote, and the message, user or group that it belongs to. */
export interface Flag {
  readonly target: Target;
  /** The texts that were written in one act. */
  readonly said: readonly AllowedText[];
  /** Returns the text that the report keeps. If absent, the report keeps the texts in which a word was found. */
  readonly whole?: () => string;
  readonly at: Date;
}

/** Returns the effects of a commit that put a flag on a new message in the queue. Empty if no word was found. */
export function flagEffects(flag: Flag): readonly Effect[] {
  const report = reportOf(flag);
  return report === null ? [] : [effect(newReports, report)];
}

/**
 * Puts a flag on anything other than a new message in the queue, if a word was found. The caller must hold the lock of the target's stream.
 */
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
