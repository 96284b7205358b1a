import type { ChoiceRecord, FaultRecord, HistoryRecord, LeaseRecord, Recorded } from './history.ts';
import { beatMs, graceMs, leaseMs, reconnectMs, rightWithinMs } from './times.ts';

/** A time span in ms since the run began, without its end. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** A connection of a device, as the device saw it. */
export interface Held extends Span {
  readonly connection: number;
  readonly device: string;
  readonly user: string;
  readonly node: number;
  /** The close code if the node or the network ended it. Undefined if the device ended it, or it is open. */
  readonly code: number | undefined;
}

/** A user's chosen status, from its acknowledgement until they begin the next change. `possible`: when nodes may have stored it. */
export interface Wish extends Span {
  readonly status: ChoiceRecord['status'];
  readonly text: string;
  readonly possible: Span;
}

/** The facts that follow from the records. */
export interface Truth {
  readonly held: readonly Held[];
  /** Oldest first. */
  wishes(user: string): readonly Wish[];
  /**
   * Returns the spans in which nodes may not know of any device of the user: none was connected, or its node was dead, paused or cut off.
   */
  absences(user: string): readonly Span[];
  /** Returns how many ms of a span were outside of faults and of the recovery after them. */
  calm(span: Span): number;
  /** The faults, in the order of their beginning. */
  readonly faults: readonly Recorded<FaultRecord>[];
}

// The delay of a message or timer on a busy machine without faults.
const hopMs = 250;
/** A fault that lasts this long may lead to a takeover: the node's last beat may have been just before it. */
export const leastLeaseMs = leaseMs - beatMs - hopMs;
// The time until an emptied Redis has all connections again: up to a quarter of a lease each until it is reached, until the next beat, and
// until failed writes are repeated.
const retoldMs = (3 / 4) * leaseMs;
const forever = Number.POSITIVE_INFINITY;
// The time until a node that was paused or cut off has been fenced, or has restored its connections: its next beat, once it reaches Redis.
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

/** Returns when nodes had to know of a connection. */
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
      // A connection from during the fault was not recorded. One from before it stays for a grace period after a takeover.
      if (from > began - hopMs) return from < whole.until ? [whole] : [];
      const claim = claims.find((said) => said.holder === node && said.at >= began && said.at <= whole.until);
      // An emptied Redis only gets the connections of a cut-off node back once that node is back.
      const emptied = faults.find((other) => other.kind === 'Redis emptied' && began < other.at + retoldMs && at > other.at);
      const lostAt = Math.min(claim === undefined ? forever : claim.at - hopMs, emptied?.began ?? forever);
      return lostAt < whole.until ? [{ ...whole, from: lostAt }] : [];
    });
  return without({ from: from + hopMs, until: end }, union(lost));
}

function wishesOf(choices: readonly Recorded<ChoiceRecord>[]): readonly Wish[] {
  const made = choices.filter(({ outcome }) => outcome !== 'refused');
  const settled = made.filter(({ outcome }) => outcome === 'acknowledged');
  // Attempts without an answer belong to the next one with an answer.
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

/** Merges overlapping spans, in order. */
function union(spans: readonly Span[]): readonly Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && span.from <= last.until) merged.splice(-1, 1, { from: last.from, until: Math.max(last.until, span.until) });
    else merged.push(span);
  }
  return merged;
}

/** Returns the spans before, between and after. */
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
