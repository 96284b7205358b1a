import type { FaultRecord, HistoryRecord, LeaseRecord, Recorded } from './history.ts';
import type { Violation } from './rule.ts';
import { leastLeaseMs, type Truth } from './truth.ts';

type Said = Recorded<LeaseRecord>;

/** What happened between two rests. */
interface Round {
  readonly faults: readonly Recorded<FaultRecord>[];
  readonly said: readonly Said[];
  readonly from: number;
  readonly until: number;
}

// How long closing a connection may take: the close frame, its answer, and delays on a busy machine.
const leavingMs = 1_500;

/** Checks the leases. In a round, each node has at most one fault, and its consequences end before the rest does. */
export function checkLeases(records: readonly HistoryRecord[], truth: Truth): readonly Violation[] {
  const said = records.filter((record) => record.what === 'lease');
  return [
    ...roundsOf(records).flatMap((round) => [
      ...claimedTwice(round),
      ...nodesOf(round).flatMap((node) => missed(round, node)),
      ...round.said.filter(isClaim).flatMap((claim) => [...unexplained(round, claim), ...unfinished(round, claim)]),
    ]),
    ...said.filter(({ kind }) => kind === 'fenced').flatMap((fence) => [...groundless(said, fence), ...keptClients(fence, truth)]),
  ];
}

function roundsOf(records: readonly HistoryRecord[]): readonly Round[] {
  const ends = records.flatMap((record) => (record.what === 'rest' ? [record.at] : []));
  return ends.map((until, n) => {
    const from = ends[n - 1] ?? 0;
    const within = records.filter(({ at }) => at > from && at <= until);
    return {
      ...{ from, until },
      faults: within.filter((record) => record.what === 'fault'),
      said: within.filter((record) => record.what === 'lease'),
    };
  });
}

function isClaim({ kind }: Said): boolean {
  return kind === 'claimed' || kind === 'left';
}

function nodesOf({ faults }: Round): readonly number[] {
  return faults.flatMap(({ node }) => node ?? []);
}

/** The registry has lost all claims, and which nodes died. */
function forgot({ faults }: Round): boolean {
  return faults.some(({ kind }) => kind === 'Redis emptied');
}

function claimedTwice(round: Round): readonly Violation[] {
  const claims = Map.groupBy(round.said.filter(isClaim), ({ lease }) => lease);
  return [...claims].flatMap(([lease, [, second]]): readonly Violation[] =>
    second === undefined || forgot(round)
      ? []
      : [{ rule: 'takeover', at: second.at, detail: `the lease ${lease} was taken over by node ${second.node} once more` }],
  );
}

/** A node that died, or was fenced, has to be taken over. */
function missed(round: Round, node: number): readonly Violation[] {
  const claims = round.said.filter((said) => isClaim(said) && said.holder === node);
  const fenced = round.said.filter(({ kind, holder }) => kind === 'fenced' && holder === node);
  const died = round.faults.find((fault) => fault.node === node && (fault.kind === 'node killed' || fault.kind === 'node stopped'));
  const at = round.until;
  if (forgot(round)) return [];
  if (died !== undefined && claims.length !== 1)
    return [{ rule: 'takeover', at, detail: `node ${node}, which ended at ${died.began}, was taken over ${claims.length} times` }];
  if (died === undefined && claims.length !== fenced.length)
    return [{ rule: 'fenced', at, detail: `node ${node} was taken over ${claims.length} times and fenced ${fenced.length} times` }];
  return [];
}

function unexplained({ faults }: Round, { holder, at, lease, node }: Said): readonly Violation[] {
  if (faults.some((fault) => fault.node === holder && mayEndLease(fault, at))) return [];
  return [{ rule: 'takeover', at, detail: `node ${node} took over the lease ${lease} of node ${holder}, which had not ended` }];
}

function mayEndLease({ kind, began, at: ended }: Recorded<FaultRecord>, at: number): boolean {
  if (kind === 'node stopped') return began <= at;
  if (at < began + leastLeaseMs) return false;
  return kind === 'node killed' || ((kind === 'node paused' || kind === 'Redis out of reach') && ended - began >= leastLeaseMs);
}

function unfinished(round: Round, claim: Said): readonly Violation[] {
  const finished = round.said.some(({ kind, lease }) => kind === 'finished' && lease === claim.lease);
  if (finished || forgot(round)) return [];
  return [{ rule: 'takeover', at: round.until, detail: `the takeover of the lease ${claim.lease} was not seen through` }];
}

/** The node was fenced, but no other has logged a takeover. */
function groundless(said: readonly Said[], fence: Said): readonly Violation[] {
  if (said.some((claim) => isClaim(claim) && claim.lease === fence.lease)) return [];
  return [{ rule: 'fenced', at: fence.at, detail: `node ${fence.node} was fenced, and nobody has taken it over` }];
}

function keptClients({ at, node }: Said, { held, faults }: Truth): readonly Violation[] {
  const cutOff = faults.some(
    (fault) => fault.kind === 'clients cut' && fault.node === node && fault.began < at + leavingMs && fault.at > at,
  );
  const there = held.filter((one) => one.node === node && one.from < at && one.until > at);
  return there.flatMap(({ device, until, code }): readonly Violation[] => {
    if (until <= at + leavingMs && (code === undefined || code === 4512 || cutOff)) return [];
    return [{ rule: 'fenced', at, detail: `${device} on node ${node}, which was fenced, ended at ${until} with ${code}` }];
  });
}
