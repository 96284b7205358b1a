import type { HistoryRecord } from './history.ts';
import { checkLeases } from './lease-rules.ts';
import type { Violation } from './rule.ts';
import { checkRests, checkTold } from './told-rules.ts';
import { readTruth } from './truth.ts';

/** Returns all violations in a history, in order of time. Empty if every promise was kept. */
export function check(records: readonly HistoryRecord[]): readonly Violation[] {
  const truth = readTruth(records);
  return [
    ...checkTold(records, truth),
    ...checkRests(records, truth),
    ...checkLeases(records, truth),
    ...records.flatMap((record) => (record.what === 'node' ? [odd(record)] : [])),
  ].toSorted((a, b) => a.at - b.at);
}

function odd({ at, node, detail }: { readonly at: number; readonly node: number; readonly detail: string }): Violation {
  return { rule: 'odd', at, detail: `node ${node}: ${detail}` };
}
