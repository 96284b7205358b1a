import type { Blocking, MembershipChange, Signalling } from './attempt.ts';
import { quietSpans } from './block-rules.ts';
import type { HistoryRecord, Recorded } from './history.ts';
import { lostMs, type Violation } from './log-rules.ts';

/**
 * Checks the promises about signals, which may be lost. No signal reaches a device twice, or other than as it was sent. None reaches a user
 * who was removed before it was sent, or crosses a block.
 */
export function checkSignals(records: readonly HistoryRecord[]): readonly Violation[] {
  const signals = new Map<string, Recorded<Signalling>>(
    records.flatMap((record) => (record.what === 'signal' ? [[`${record.by} ${record.name}`, record] as const] : [])),
  );
  const users = new Map(records.flatMap((record) => (record.what === 'device' ? [[record.device, record.user] as const] : [])));
  const changes = records.filter((record): record is Recorded<MembershipChange> => record.what === 'removal' || record.what === 'addition');
  const quiet = quietPairs(records);
  const heard = new Set<string>();

  function faultOf(user: string, name: string, { stream, at }: { readonly stream: string; readonly at: number }): string | undefined {
    const signal = signals.get(name);
    if (signal === undefined) return 'was told by nobody';
    if (signal.stream !== stream) return `was told in ${signal.stream}`;
    if (signal.outcome === 'refused') return `was refused with ${signal.code}`;
    const own = changes.filter((change) => change.stream === stream && change.user === user);
    if (isOut(own, signal, at)) return 'was told after they were removed';
    const blocked = quiet.get(`${signal.by} ${user}`)?.some(([from, until]) => signal.began > from && at < until);
    return blocked ? 'was told behind a block' : undefined;
  }

  return records.flatMap((record): readonly Violation[] => {
    if (record.what !== 'heard') return [];
    const { device, stream, at } = record;
    const name = `${record.by} ${record.name}`;
    const fault = heard.has(`${device} ${name}`) ? 'came twice' : faultOf(users.get(device) ?? '', name, record);
    heard.add(`${device} ${name}`);
    return fault === undefined ? [] : [{ rule: 'signal', at, stream, device, detail: `${name} ${fault}` }];
  });
}

/** Whether the user had been removed before a signal was sent, and nothing may have brought them back before it arrived. */
function isOut(changes: readonly Recorded<MembershipChange>[], { began }: Recorded<Signalling>, heardAt: number): boolean {
  const last = changes.findLast(({ outcome, at }) => outcome !== 'refused' && at < began);
  if (last?.what !== 'removal' || last.outcome !== 'acknowledged') return false;
  return !changes.some(
    ({ what, outcome, began: since, at }) =>
      what === 'addition' && since < heardAt && (at > last.began || (outcome === 'unknown' && at > last.began - lostMs)),
  );
}

/** The times in which a block between two users is certainly in effect, by both orders of their ids. */
function quietPairs(records: readonly HistoryRecord[]): ReadonlyMap<string, ReturnType<typeof quietSpans>> {
  const blockings = records.filter((record): record is Recorded<Blocking> => record.what === 'blocking');
  const quiet = new Map<string, ReturnType<typeof quietSpans>>();
  for (const own of Map.groupBy(blockings, ({ by, user }) => `${by} ${user}`).values()) {
    const [first] = own;
    if (first === undefined) continue;
    for (const pair of [`${first.by} ${first.user}`, `${first.user} ${first.by}`])
      quiet.set(pair, [...(quiet.get(pair) ?? []), ...quietSpans(own)]);
  }
  return quiet;
}
