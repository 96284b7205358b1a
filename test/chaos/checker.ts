import type { MembershipChange } from './attempt.ts';
import { checkBlocks } from './block-rules.ts';
import type { DeviceRecord, EntryFacts, FaultRecord, HistoryRecord, Recorded, StateRecord } from './history.ts';
import { checkDoor } from './invite-rules.ts';
import { checkKept } from './kept-rules.ts';
import { checkLogs, type Rule, type Violation } from './log-rules.ts';
import { checkCrown } from './ownership-rules.ts';
import { checkBallots } from './poll-rules.ts';
import { checkRule } from './ruling-rules.ts';
import { checkLater } from './scheduling-rules.ts';
import { checkSignals } from './signal-rules.ts';
import { type Fault, StreamReplay } from './stream-replay.ts';
import { readTruth, type Truth } from './truth.ts';

/**
 * Returns all violations in a history, or nothing if every promise was kept. `boundMs`: how long after an acknowledged removal hints may
 * still arrive. `startedAt`: the wall clock at the start of the history, in ms.
 */
export function check(records: readonly HistoryRecord[], boundMs: number, startedAt = 0): readonly Violation[] {
  const truth = readTruth(records);
  const at = records.at(-1)?.at ?? 0;
  const walks = walkAll(truth, records, startedAt);
  return [
    ...checkLogs(
      truth,
      {
        sends: records.filter((record) => record.what === 'send'),
        changes: records.filter((record) => record.what === 'edit' || record.what === 'reaction' || record.what === 'pin'),
      },
      at,
    ),
    ...walks.flatMap((walk) => walk.violations),
    ...walks.flatMap((walk) => walk.atTheEnd(at)),
    ...checkHints(records, boundMs),
    ...checkRule(records),
    ...checkDoor(records, startedAt),
    ...checkCrown(records),
    ...checkBlocks(records),
    ...checkLater(truth, records, at),
    ...checkBallots(truth, records),
    ...checkKept(truth, records),
    ...checkSignals(records),
    ...checkAnswers(records),
    ...records.flatMap((record): readonly Violation[] => {
      if (record.what === 'node') return [{ rule: 'node', at: record.at, detail: `node ${record.node} ${record.detail}` }];
      return record.what === 'late' ? [{ rule: 'late', at: record.at, detail: record.detail }] : [];
    }),
  ];
}

// The codes by which a node asks the client to come back later or elsewhere. All others mean that the client is at fault.
const retriable: ReadonlySet<number> = new Set([1000, 1001, 1005, 1006, 1012, 1013, 4408, 4510, 4511, 4512]);

function walkAll(truth: Truth, records: readonly HistoryRecord[], startedAt: number): readonly Walk[] {
  const walks = new Map<string, Walk>();
  for (const record of records) {
    if (record.what === 'device') walks.set(record.device, new Walk(truth, record.device, record.user, record.holds));
    else if (record.what === 'state') for (const walk of walks.values()) walk.compare(record);
    else if ('device' in record) walks.get(record.device)?.step(record, startedAt);
  }
  return [...walks.values()];
}

/** Replays what one device received, in order. */
class Walk {
  readonly violations: Violation[] = [];
  readonly #truth: Truth;
  readonly #device: string;
  readonly #user: string;
  readonly #strands = new Map<string, StreamReplay>();

  constructor(truth: Truth, device: string, user: string, holds: readonly { readonly stream: string; readonly seq: number }[]) {
    this.#truth = truth;
    this.#device = device;
    this.#user = user;
    for (const { stream, seq } of holds) this.#strands.set(stream, new StreamReplay({ truth, user, stream }, seq));
  }

  step(record: Recorded<DeviceRecord>, startedAt: number): void {
    const { at } = record;
    if (record.what === 'subscribe') this.#resume(record.after, at);
    else if (record.what === 'entry') this.#enter(record.entry, at, startedAt + at);
    else if (record.what === 'ready') this.#ready(record.positions, at);
    else if (record.what === 'resync') this.#say(at, record.stream, this.#strand(record.stream).resync(record.lastSeq, record.reason));
    else if (record.what === 'marker') this.#strand(record.stream).marker(record.readSeq);
    else if (record.what === 'odd') this.#say(at, undefined, [['odd', record.detail]]);
    else if (record.what === 'close' && !retriable.has(record.code))
      this.#say(at, undefined, [['odd', `closed with ${record.code} ${record.reason}`]]);
  }

  compare(state: Recorded<StateRecord>): void {
    if (state.user !== this.#user) return;
    const strand = this.#strand(state.stream);
    this.#say(state.at, state.stream, strand.compare(state));
    if (strand.stale(state)) this.#say(state.at, state.stream, [['markers', `the marker stands at ${state.readSeq}`]]);
  }

  /** Returns what is missing once everything has settled. */
  atTheEnd(at: number): readonly Violation[] {
    const before = this.violations.length;
    for (const { stream, lastSeq } of this.#truth.logs) {
      if (!this.#truth.mayRead(this.#user, stream, lastSeq)) continue;
      const followed = this.#strand(stream).followed();
      if (followed !== lastSeq) this.#say(at, stream, [['missing', `it has ${followed} of ${lastSeq}`]]);
    }
    return this.violations.splice(before);
  }

  #strand(stream: string): StreamReplay {
    const strand = this.#strands.get(stream) ?? new StreamReplay({ truth: this.#truth, user: this.#user, stream }, undefined);
    this.#strands.set(stream, strand);
    return strand;
  }

  #enter(entry: EntryFacts, at: number, wallClock: number): void {
    const { stream, opened, closed } = entry;
    this.#say(at, stream, this.#strand(stream).entry(entry, wallClock));
    if (opened !== undefined) this.#strand(opened.stream).opened(opened.seq);
    if (closed !== undefined) this.#strand(closed).closed();
  }

  #resume(after: readonly { readonly stream: string; readonly seq: number }[], at: number): void {
    const given = new Map(after.map(({ stream, seq }) => [stream, seq]));
    for (const [stream, strand] of this.#strands) {
      if (strand.held() !== given.get(stream)) this.#say(at, stream, [['client', `it had ${strand.held()} and said ${given.get(stream)}`]]);
      strand.resume();
    }
  }

  #ready(positions: readonly { readonly stream: string; readonly seq: number }[], at: number): void {
    const named = new Map(positions.map(({ stream, seq }) => [stream, seq]));
    for (const stream of new Set([...named.keys(), ...this.#strands.keys()])) {
      this.#say(at, stream, this.#strand(stream).ready(named.get(stream)));
    }
  }

  #say(at: number, stream: string | undefined, faults: readonly Fault[]): void {
    for (const [rule, detail] of faults) this.violations.push({ rule, detail, at, stream, device: this.#device });
  }
}

// The time that recovery from a fault may take: the start of a node, a new connection.
const recoveryMs = 5_000;

/** Whether a fault explains a send without an answer. */
function breaksSends({ kind, target }: FaultRecord): boolean {
  return (
    !kind.startsWith('Redis') &&
    !target.endsWith('redis') &&
    !target.endsWith('clients') &&
    kind !== 'device frozen' &&
    kind !== 'clock jumped'
  );
}

function checkAnswers(records: readonly HistoryRecord[]): readonly Violation[] {
  const faults = records.filter((record) => record.what === 'fault').filter(breaksSends);
  return records.flatMap((record) => {
    if (record.what !== 'send' || record.outcome !== 'unknown') return [];
    if (faults.some(({ began, at }) => began <= record.at && record.began <= at + recoveryMs)) return [];
    const detail = `${record.key} on node ${record.node}: ${record.code} after ${record.at - record.began} ms`;
    return [{ rule: 'available' satisfies Rule, at: record.at, stream: record.stream, detail }];
  });
}

/** Hints have no seq to check. Once a removal is acknowledged and there is no fault, they have to stop within the bound. */
function checkHints(records: readonly HistoryRecord[], boundMs: number): readonly Violation[] {
  const faults = records.filter((record) => record.what === 'fault');
  const users = new Map(records.filter((record) => record.what === 'device').map(({ device, user }) => [device, user]));
  const changes = records.filter((record): record is Recorded<MembershipChange> => record.what === 'removal' || record.what === 'addition');
  const calm = (from: number, to: number): boolean => faults.every(({ began, at }) => at < from || began > to);
  return records.flatMap((record) => {
    if (record.what !== 'peer-marker') return [];
    const last = changes.findLast(
      ({ stream, user, began }) => stream === record.stream && user === users.get(record.device) && began < record.at,
    );
    if (last?.what !== 'removal' || last.outcome !== 'acknowledged' || record.at < last.at + boundMs || !calm(last.at, record.at))
      return [];
    const detail = `a receipt came ${record.at - last.at} ms after the removal was acknowledged`;
    return [{ rule: 'removed' satisfies Rule, at: record.at, stream: record.stream, device: record.device, detail }];
  });
}
