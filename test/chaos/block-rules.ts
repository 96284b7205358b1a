import type { Blocking, Sending } from './attempt.ts';
import type { HistoryRecord, Recorded } from './history.ts';
import { lostMs, type Violation } from './log-rules.ts';

type Blockings = readonly Recorded<Blocking>[];
/** From and until, in ms since the run began. */
type Span = readonly [from: number, until: number];

// The codes of both sides: BLOCKED for the user who blocks, NOT_CONTACTS for the blocked one.
const refusals: ReadonlySet<string> = new Set(['BLOCKED', 'NOT_CONTACTS']);

/**
 * Checks the promises about blocks. From the acknowledgement of a block until the unblock begins, no send of either user that begins in
 * that time is acknowledged or delivered to anybody. Where no block can be in effect, no send is refused for one.
 */
export function checkBlocks(records: readonly HistoryRecord[]): readonly Violation[] {
  const blockings = records.filter((record) => record.what === 'blocking');
  return [...Map.groupBy(blockings, ({ stream }) => stream)].flatMap(([stream, own]) => {
    const sides = [...Map.groupBy(own, ({ by }) => by).values()];
    const sends = records.filter((record) => record.what === 'send').filter((send) => send.stream === stream);
    const begun = new Map<string, number>();
    for (const { by, key, began } of sends) begun.set(`${by} ${key}`, Math.min(began, begun.get(`${by} ${key}`) ?? began));
    const quiet = sides.flatMap(quietSpans);
    const say = (at: number, detail: string): Violation => ({ rule: 'blocked', at, stream, detail });
    const broke = (name: string, at: number): boolean => quiet.some(([from, until]) => (begun.get(name) ?? 0) > from && at < until);
    return [
      ...sends
        .filter(({ by, key, outcome, at }) => outcome === 'acknowledged' && broke(`${by} ${key}`, at))
        .map(({ key, at }) => say(at, `${key} was acknowledged during a block`)),
      ...records.flatMap((record): readonly Violation[] => {
        if (record.what !== 'entry' || record.entry.stream !== stream || record.entry.key === undefined) return [];
        const { sender, key } = record.entry;
        return broke(`${sender} ${key}`, record.at) ? [say(record.at, `${key} came to ${record.device} during a block`)] : [];
      }),
      ...checkRefused(sends, sides.flatMap(troubledSpans)).map(({ key, code, at }) =>
        say(at, `${key} was refused with ${code}, without a block`),
      ),
    ];
  });
}

/**
 * The times in which one user's block of the other is certainly in effect, from all their attempts. A block does not count if an earlier
 * unblock without an answer may have ended it.
 */
export function quietSpans(own: Blockings): readonly Span[] {
  return own.flatMap((block, place) => {
    if (!block.blocked || block.outcome !== 'acknowledged') return [];
    const stray = own.some(({ blocked, outcome, at }, n) => n < place && !blocked && outcome === 'unknown' && at > block.began - lostMs);
    const end = own.find(({ blocked }, n) => n > place && !blocked);
    return stray ? [] : [[block.at, end?.began ?? Number.POSITIVE_INFINITY] as const];
  });
}

/**
 * The times in which one user's block may be in effect: from the first attempt until it was ended. A block without an answer may be stored
 * after an unblock.
 */
function troubledSpans(own: Blockings): readonly Span[] {
  return own.flatMap((block) => {
    if (!block.blocked || block.outcome === 'refused') return [];
    const since = block.outcome === 'unknown' ? block.at + lostMs : block.at;
    const end = own.find(({ blocked, outcome, began }) => !blocked && outcome === 'acknowledged' && began >= since);
    return [[block.began, end?.at ?? Number.POSITIVE_INFINITY] as const];
  });
}

function checkRefused(sends: readonly Recorded<Sending>[], troubled: readonly Span[]): readonly Recorded<Sending>[] {
  return sends.filter(
    ({ outcome, code = '', began, at }) =>
      outcome === 'refused' && refusals.has(code) && !troubled.some(([from, until]) => from <= at && began <= until),
  );
}
