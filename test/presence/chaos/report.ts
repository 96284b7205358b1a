import { check } from './checker.ts';
import type { History, HistoryRecord } from './history.ts';
import { rules, type Violation } from './rule.ts';

/** The result of a run. */
export interface Verdict {
  readonly violations: readonly Violation[];
  /** Faults, totals and violations, for people to read. */
  readonly text: string;
  /** The number of faults of each kind. */
  readonly faults: Readonly<Record<string, number>>;
  readonly totals: Readonly<Record<string, number>>;
}

const mostViolations = 12;
const recordsBefore = 25;

/** Checks a history. */
export function judge({ records }: History): Verdict {
  const violations = check(records);
  const faults = countBy(records.flatMap((record) => (record.what === 'fault' ? [record.kind] : [])));
  const totals = totalsOf(records);
  const text = [
    ...faultLines(records),
    '',
    ...Object.entries(totals).map(([name, n]) => `${name}: ${n}`),
    '',
    ...brokenLines(records, violations),
  ];
  return { violations, faults, totals, text: text.join('\n') };
}

function totalsOf(records: readonly HistoryRecord[]): Readonly<Record<string, number>> {
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

function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1).padStart(6)} s`;
}

function faultLines(records: readonly HistoryRecord[]): readonly string[] {
  return records.flatMap((record) => {
    if (record.what === 'rest') return [`${seconds(record.began)} to ${seconds(record.at)}  rest`];
    if (record.what !== 'fault') return [];
    const { began, at, kind, node } = record;
    return [`${seconds(began)} to ${seconds(at)}  ${kind}${node === null ? '' : `: node ${node}`}`];
  });
}

function brokenLines(records: readonly HistoryRecord[], violations: readonly Violation[]): readonly string[] {
  const shown = violations
    .slice(0, mostViolations)
    .flatMap((violation) => [
      `BROKEN at ${seconds(violation.at)}: ${violation.rule}: ${rules[violation.rule]}`,
      `  ${violation.user ?? ''} ${violation.subscription ?? ''} ${violation.detail}`,
      ...around(records, violation).map((record) => `    ${JSON.stringify(record)}`),
      '',
    ]);
  return [...shown, violations.length === 0 ? 'every promise was kept' : `${violations.length} violations`];
}

/** The records of that user and subscription up to the violation, and the faults and leases among them. */
function around(records: readonly HistoryRecord[], { at, user, subscription }: Violation): readonly HistoryRecord[] {
  const concerned = records.filter((record) => {
    if (record.at > at + 1_000) return false;
    if (record.what === 'lease' || record.what === 'fault' || record.what === 'rest') return true;
    if (user === undefined) return false;
    if (record.what === 'told') return record.user === user && record.subscription === subscription;
    if (record.what === 'watch') return record.subscription === subscription;
    return 'device' in record ? record.device.startsWith(`${user}/`) : 'user' in record && record.user === user;
  });
  return concerned.slice(-recordsBefore);
}
