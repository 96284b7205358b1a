import { check } from './checker.ts';
import type { History, HistoryRecord } from './history.ts';
import { rules, type Violation } from './log-rules.ts';
import { headCheckMs } from './stage.ts';
import { countBy, seconds, type Totals, type Verdict, verdictOf } from './verdict.ts';

// A hint that was under way when the removal was found arrives within one network hop.
const slackMs = 1_000;

/** Checks a history. */
export function judge(history: History): Verdict<Violation> {
  const { records } = history;
  return verdictOf({
    kinds: records.flatMap((record) => (record.what === 'fault' ? [record.kind] : [])),
    faultLines: faultLines(records),
    totals: totalsOf(history),
    violations: check(records, headCheckMs + slackMs, history.startedAt),
    words: ({ rule, device = '', stream = '', detail }) => [rules[rule], `${device} ${stream} ${detail}`],
    around: (violation) => around(records, violation),
  });
}

/** Returns the totals of a history up to now: counts, and times in ms. */
export function totalsOf({ records, startedAt }: History): Totals {
  const sends = records.filter((record) => record.what === 'send');
  const entries = records.filter((record) => record.what === 'entry');
  const closes = records.filter((record) => record.what === 'close');
  const resyncs = records.filter((record) => record.what === 'resync');
  const late = entries
    .filter(({ entry }) => entry.type === 'MessageSent')
    .map(({ at, entry }) => Math.max(0, startedAt + at - Date.parse(entry.loggedAt)))
    .toSorted((a, b) => a - b);
  const attempts = countBy(sends.map(({ outcome }) => outcome));
  return {
    seconds: Math.round((records.at(-1)?.at ?? 0) / 1_000),
    messages: new Set(sends.map(({ by, key }) => `${by} ${key}`)).size,
    'attempts to send': sends.length,
    'attempts acknowledged': attempts['acknowledged'] ?? 0,
    'attempts refused': attempts['refused'] ?? 0,
    'attempts without an answer': attempts['unknown'] ?? 0,
    removals: countOf(records, 'removal'),
    additions: countOf(records, 'addition'),
    'marker moves': countOf(records, 'mark'),
    'edits and recalls': countOf(records, 'edit'),
    reactions: countOf(records, 'reaction'),
    pins: countOf(records, 'pin'),
    rulings: countOf(records, 'ruling'),
    'joins and leavings': countOf(records, 'visit'),
    transfers: countOf(records, 'transfer'),
    'blocks and their ends': countOf(records, 'blocking'),
    'left to be said later, and cancelled': countOf(records, 'later'),
    votes: countOf(records, 'vote'),
    'polls closed': countOf(records, 'closing'),
    'drafts saved, removed and sent': countOf(records, 'drafting'),
    'messages saved, and no more': countOf(records, 'saving'),
    signals: countOf(records, 'signal'),
    'signals heard': countOf(records, 'heard'),
    'looks into the database': countOf(records, 'look'),
    'entries of accounts trimmed': records.reduce((sum, record) => sum + (record.what === 'trimmed' ? record.entries : 0), 0),
    'entries received': entries.length,
    'markers received': countOf(records, 'marker'),
    subscriptions: countOf(records, 'subscribe'),
    ...prefixed('closed with', countBy(closes.map(({ code }) => String(code)))),
    ...prefixed('ResyncRequired', countBy(resyncs.map(({ reason }) => reason))),
    'delivery p50, ms': quantile(late, 0.5),
    'delivery p99, ms': quantile(late, 0.99),
    'delivery longest, ms': late.at(-1) ?? 0,
  };
}

function countOf(records: readonly HistoryRecord[], what: HistoryRecord['what']): number {
  return records.filter((record) => record.what === what && (!('outcome' in record) || record.outcome === 'acknowledged')).length;
}

function prefixed(prefix: string, counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).map(([name, n]) => [`${prefix} ${name}`, n]));
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}

function faultLines(records: readonly HistoryRecord[]): readonly string[] {
  return records.flatMap((record) => {
    if (record.what === 'healed') return [`${seconds(record.at)}            all healed`];
    if (record.what !== 'fault') return [];
    const { began, at, kind, target, effect } = record;
    return [`${seconds(began)} to ${seconds(at)}  ${kind}: ${target}${effect && ` (${effect})`}`];
  });
}

/** The records of that device and stream up to the violation, and the faults among them. */
function around(records: readonly HistoryRecord[], { at, device, stream }: Violation): readonly HistoryRecord[] {
  return records.filter((record) => {
    if (record.at > at || record.what === 'log' || record.what === 'peer-marker') return false;
    if (record.what === 'fault') return true;
    if ('device' in record && record.device !== device) return false;
    const place = 'entry' in record ? record.entry.stream : 'stream' in record ? record.stream : stream;
    return place === stream && (device !== undefined || 'stream' in record);
  });
}
