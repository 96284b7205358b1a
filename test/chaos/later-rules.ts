import type { HistoryRecord } from './history.ts';
import type { Violation } from './log-rules.ts';
import type { Truth } from './truth.ts';

/**
 * What is promised of what is said later: what was left is said, unless it was cancelled; what was cancelled is not, nor what could not be left. That nothing is said twice is found with
 * all other messages.
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
    // A cancellation that was not answered may have come to pass.
    const stands = left.includes('acknowledged') && cancelled.every((outcome) => outcome === 'refused');
    return stands ? say('was left and is not said') : [];
  });
}
