import { countBy, seconds, type Totals, type Verdict, verdictOf } from '../../chaos/verdict.ts';
import { check } from './checker.ts';
import type { History, HistoryRecord } from './history.ts';
import { rules, type Violation } from './rule.ts';

/** Checks a history. */
export function judge({ records }: History): Verdict<Violation> {
  return verdictOf({
    kinds: records.flatMap((record) => (record.what === 'fault' ? [record.kind] : [])),
    faultLines: faultLines(records),
    totals: totalsOf(records),
    violations: check(records),
    words: ({ rule, user = '', subscription = '', detail }) => [`${rule}: ${rules[rule]}`, `${user} ${subscription} ${detail}`],
    around: (violation) => around(records, violation),
  });
}

function totalsOf(records: readonly HistoryRecord[]): Totals {
  const counts = countBy(records.map((record) => ('kind' in record && record.what === 'lease' ? `leases ${record.kind}` : record.what)));
  return {
    seconds: Math.round((records.at(-1)?.at ?? 0) / 1_000),
    rests: counts['rest'] ?? 0,
    connections: counts['open'] ?? 0,
    'devices that left': counts['leave'] ?? 0,
    choices: records.filter((record) => record.what === 'choice' && record.outcome === 'acknowledged').length,
    subscriptions: counts['watch'] ?? 0,
    'presences told': counts['told'] ?? 0,
    'of them OFFLINE': records.filter((record) => record.what === 'told' && record.status === 'OFFLINE').length,
    'leases claimed': counts['leases claimed'] ?? 0,
    'leases given back': counts['leases left'] ?? 0,
    'nodes fenced': counts['leases fenced'] ?? 0,
    'clients sent away with 4512': records.filter((record) => record.what === 'close' && record.code === 4512).length,
  };
}

function faultLines(records: readonly HistoryRecord[]): readonly string[] {
  return records.flatMap((record) => {
    if (record.what === 'rest') return [`${seconds(record.began)} to ${seconds(record.at)}  rest`];
    if (record.what !== 'fault') return [];
    const { began, at, kind, node } = record;
    return [`${seconds(began)} to ${seconds(at)}  ${kind}${node === null ? '' : `: node ${node}`}`];
  });
}

/** The records of that user and subscription up to the violation, and the faults and leases among them. */
function around(records: readonly HistoryRecord[], { at, user, subscription }: Violation): readonly HistoryRecord[] {
  return records.filter((record) => {
    if (record.at > at + 1_000) return false;
    if (record.what === 'lease' || record.what === 'fault' || record.what === 'rest') return true;
    if (user === undefined) return false;
    if (record.what === 'told') return record.user === user && record.subscription === subscription;
    if (record.what === 'watch') return record.subscription === subscription;
    return 'device' in record ? record.device.startsWith(`${user}/`) : 'user' in record && record.user === user;
  });
}
