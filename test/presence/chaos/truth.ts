import type { ChoiceRecord, FaultRecord, HistoryRecord, LeaseRecord, Recorded } from './history.ts';
import { beatMs, graceMs, leaseMs, reconnectMs, rightWithinMs } from './times.ts';

/** A time in ms since the run began, its end not included. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** A connection of a device, as the device had it. */
export interface Held extends Span {
  readonly connection: number;
  readonly device: string;
  readonly user: string;
  readonly node: number;
  /** How it ended by the node or the way there; undefined: the device ended it, or it has not ended. */
  readonly code: number | undefined;
}

/** How somebody wished to be seen from the acknowledgement on until they began to wish otherwise. `possible`: when nodes may have held so. */
export interface Wish extends Span {
  readonly status: ChoiceRecord['status'];
  readonly text: string;
  readonly possible: Span;
}

/** What the records say of what was the case. */
export interface Truth {
  readonly held: readonly Held[];
  /** Oldest first. */
  wishes(user: string): readonly Wish[];
  /** Times in which nothing had to be known of any device of theirs: none was connected, or what knew was dead, paused or cut off. */
  absences(user: string): readonly Span[];
  /** How many ms of a span were neither in a fault nor in the time that it may take until all is well after one. */
  calm(span: Span): number;
  /** Faults, in the order in which they began. */
  readonly faults: readonly Recorded<FaultRecord>[];
}

// What a busy machine may keep a message or a timer waiting where nothing is broken.
const hopMs = 250;
/** A node whose faults last for so long may be taken over: it may have shown itself a beat before. */
export const leastLeaseMs = leaseMs - beatMs - hopMs;
// A Redis that was empty has been told of everybody: a quarter of a lease each until it is reached, until the next beat, and until what failed is tried again.
const retoldMs = (3 / 4) * leaseMs;
const forever = Number.POSITIVE_INFINITY;
// Until a node that was paused, or cut off, has been fenced, or has told all that it has: at its next beat, once it reaches Redis.
const recoveryMs = { 'node paused': beatMs + 2 * hopMs, 'Redis out of reach': reconnectMs + beatMs + 2 * hopMs } as const;

/** Reads a history. */
export function readTruth(records: readonly HistoryRecord[]): Truth {
  const faults = records.filter((record) => record.what === 'fault').toSorted((a, b) => a.began - b.began);
  const held = connectionsOf(records);
  const claims = records.filter((record) => record.what === 'lease').filter(({ kind }) => kind === 'claimed');
  const choices = Map.groupBy(
    records.filter((record) => record.what === 'choice'),
    ({ user }) => user,
  );
  const known = Map.groupBy(
    held.flatMap((one) => knownTimes(one, faults, claims).map((span) => ({ ...span, user: one.user }))),
    ({ user }) => user,
  );
  const upset = union(faults.map(({ began, at }) => ({ from: began, until: at + rightWithinMs - graceMs })));
  return {
    held,
    faults,
    wishes: (user) => wishesOf(choices.get(user) ?? []),
    absences: (user) => gaps(union(known.get(user) ?? [])),
    calm: (span) => Math.max(0, span.until - span.from - upset.reduce((sum, one) => sum + overlap(one, span), 0)),
  };
}

function connectionsOf(records: readonly HistoryRecord[]): readonly Held[] {
  const users = new Map(records.flatMap((record) => (record.what === 'device' ? [[record.device, record.user] as const] : [])));
  const left = new Map(records.flatMap((record) => (record.what === 'leave' ? [[record.connection, record.at] as const] : [])));
  const closed = new Map(records.flatMap((record) => (record.what === 'close' ? [[record.connection, record] as const] : [])));
  return records.flatMap((record) => {
    if (record.what !== 'open') return [];
    const { connection, device, node, at } = record;
    const [leftAt = forever, close] = [left.get(connection), closed.get(connection)];
    const byOthers = close !== undefined && close.at < leftAt;
    const until = byOthers ? close.at : leftAt;
    return { connection, device, node, user: users.get(device) ?? '', from: at, until, code: byOthers ? close.code : undefined };
  });
}

/** When nodes had to know of a connection. */
function knownTimes(
  { node, from, until, code }: Held,
  faults: readonly Recorded<FaultRecord>[],
  claims: readonly Recorded<LeaseRecord>[],
): readonly Span[] {
  // The other end has seen it earlier.
  const end = code === undefined ? until : until - hopMs;
  const lost = faults
    .filter((fault) => fault.node === node)
    .flatMap(({ kind, began, at }): readonly Span[] => {
      if (kind === 'node killed' || kind === 'node stopped') return began < end && from < at ? [{ from: began, until: end }] : [];
      if (kind !== 'node paused' && kind !== 'Redis out of reach') return [];
      const whole = { from: began, until: at + recoveryMs[kind] };
      // What came meanwhile was not told; what was there before stays for a grace after somebody has taken the node over.
      if (from > began - hopMs) return from < whole.until ? [whole] : [];
      const claim = claims.find((said) => said.holder === node && said.at >= began && said.at <= whole.until);
      // A Redis that has come back empty is told of it only when it is back itself.
      const emptied = faults.find((other) => other.kind === 'Redis emptied' && began < other.at + retoldMs && at > other.at);
      const lostAt = Math.min(claim === undefined ? forever : claim.at - hopMs, emptied?.began ?? forever);
      return lostAt < whole.until ? [{ ...whole, from: lostAt }] : [];
    });
  return without({ from: from + hopMs, until: end }, union(lost));
}

function wishesOf(choices: readonly Recorded<ChoiceRecord>[]): readonly Wish[] {
  const made = choices.filter(({ outcome }) => outcome !== 'refused');
  const settled = made.filter(({ outcome }) => outcome === 'acknowledged');
  // Tries that were not answered are of the next that was.
  const firstTry = settled.map(({ at }, n) => made.find((one) => one.at > (settled[n - 1]?.at ?? -1) && one.at <= at)?.began ?? at);
  const all = [{ status: 'ONLINE', text: '', at: 0 } as const, ...settled];
  return all.map(({ status, text, at }, n) => {
    const next = all[n + 1];
    const [began, ends] = [n === 0 ? 0 : (firstTry[n - 1] ?? at), next?.at ?? forever];
    return { status, text, from: at, until: firstTry[n] ?? forever, possible: { from: began, until: ends } };
  });
}

function overlap(one: Span, other: Span): number {
  return Math.max(0, Math.min(one.until, other.until) - Math.max(one.from, other.from));
}

/** The same times without overlaps, in order. */
function union(spans: readonly Span[]): readonly Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && span.from <= last.until) merged.splice(-1, 1, { from: last.from, until: Math.max(last.until, span.until) });
    else merged.push(span);
  }
  return merged;
}

/** The times before, between and after. */
function gaps(spans: readonly Span[]): readonly Span[] {
  const starts = [Number.NEGATIVE_INFINITY, ...spans.map(({ until }) => until)];
  const ends = [...spans.map(({ from }) => from), forever];
  return starts.map((from, n) => ({ from, until: ends[n] ?? forever })).filter(({ from, until }) => from < until);
}

function without(span: Span, cut: readonly Span[]): readonly Span[] {
  return gaps(cut)
    .map(({ from, until }) => ({ from: Math.max(from, span.from), until: Math.min(until, span.until) }))
    .filter(({ from, until }) => from < until);
}
