import type { HistoryRecord } from './history.ts';
import type { Violation } from './log-rules.ts';
import type { Truth } from './truth.ts';

/**
 * Checks the promises about scheduled messages: a scheduled message is sent unless it was cancelled, and is not sent if it was cancelled or
 * refused. The rules for all messages find one that is sent twice.
 */
export function checkLater(truth: Truth, records: readonly HistoryRecord[], at: number): readonly Violation[] {
  const said = new Set(truth.logs.flatMap(({ entries }) => entries.map(({ sender, key }) => `${sender} ${key}`)));
  const attempts = Map.groupBy(
    records.filter((record) => record.what === 'later'),
    ({ by, key }) => `${by} ${key}`,
  );
  return [...attempts].flatMap(([name, all]): readonly Violation[] => {
    const outcomes = (kind: 'left' | 'cancelled') => all.filter((attempt) => attempt.kind === kind).map(({ outcome }) => outcome);
    const [left, cancelled] = [outcomes('left'), outcomes('cancelled')];
    const say = (detail: string): readonly Violation[] => [{ rule: 'later', at, stream: all[0]?.stream, detail: `${name} ${detail}` }];
    if (said.has(name)) {
      if (cancelled.includes('acknowledged')) return say('was cancelled and is said');
      return left.every((outcome) => outcome === 'refused') ? say('was refused and is said') : [];
    }
    // A cancellation without an answer may have been stored.
    const stands = left.includes('acknowledged') && cancelled.every((outcome) => outcome === 'refused');
    return stands ? say('was left and is not said') : [];
  });
}
