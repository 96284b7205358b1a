import type { Blocking, Sending } from './attempt.ts';
import type { HistoryRecord, Recorded } from './history.ts';
import { lostMs, type Violation } from './log-rules.ts';

type Blockings = readonly Recorded<Blocking>[];
/** From when to when, in ms since the run began. */
type Span = readonly [from: number, until: number];

// The two words for it: of whoever blocks, and of whoever is blocked.
const refusals: ReadonlySet<string> = new Set(['BLOCKED', 'NOT_CONTACTS']);

/**
 * What is promised of a block between two people: from its acknowledgement on until its end begins, nothing that was begun in that time is acknowledged
 * to either, or told to anybody; and where no block can stand, nothing is refused for one.
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

/** When one's block of another stands for certain, of all that they did about it. Its end may have begun before where an earlier one was not answered. */
export function quietSpans(own: Blockings): readonly Span[] {
  return own.flatMap((block, place) => {
    if (!block.blocked || block.outcome !== 'acknowledged') return [];
    const stray = own.some(({ blocked, outcome, at }, n) => n < place && !blocked && outcome === 'unknown' && at > block.began - lostMs);
    const end = own.find(({ blocked }, n) => n > place && !blocked);
    return stray ? [] : [[block.at, end?.began ?? Number.POSITIVE_INFINITY] as const];
  });
}

/** When one's block may stand: from the first attempt on until it was ended; one that was not answered may come to pass after an end. */
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
