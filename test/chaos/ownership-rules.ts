import type { Transfer } from './attempt.ts';
import type { HistoryRecord, LogRecord, LookRecord, Recorded, StateRecord } from './history.ts';
import { lostMs, type Violation } from './log-rules.ts';

const say = (at: number, stream: string, detail: string): Violation => ({ rule: 'owned', at, stream, detail });

/**
 * Checks the promises about ownership. Whenever the database is looked at, there is one owner. Each owner was appointed by the one before.
 * Every acknowledged transfer is in the log, and the last one stands.
 */
export function checkCrown(records: readonly HistoryRecord[]): readonly Violation[] {
  const logs = records.filter((record) => record.what === 'log').filter(({ kind }) => kind === 'conversation');
  const states = records.filter((record) => record.what === 'state');
  const transfers = records.filter((record) => record.what === 'transfer');
  return [
    ...records.filter((record) => record.what === 'look').flatMap(checkLook),
    ...logs.flatMap((log) => checkChain(log, states)),
    ...[...Map.groupBy(transfers, ({ stream }) => stream)].flatMap(([stream, own]) => {
      const log = logs.find((one) => one.stream === stream);
      return [...checkKept(own, log === undefined ? [] : successionsIn(log)), ...checkRefused(own), ...checkLast(own, states)];
    }),
  ];
}

function checkLook({ at, owned }: Recorded<LookRecord>): readonly Violation[] {
  return owned.flatMap(({ stream, owners, named }) =>
    owners.length === 1 && owners[0] === named ? [] : [say(at, stream, `the owners are ${owners.join()}, and it names ${named}`)],
  );
}

interface Succession {
  readonly seq: number;
  readonly by: string;
  readonly to: string;
}

/** A transfer is an entry of the heir, followed by one of the group. */
function successionsIn({ entries }: LogRecord): readonly Succession[] {
  return entries.flatMap(({ type, seq, change }, place) => {
    if (type !== 'GroupChanged' || !change?.fields.includes('ownerId')) return [];
    const heir = entries[place - 1];
    return [{ seq, by: change.by, to: heir?.type === 'MemberChanged' ? (heir.member ?? '') : '' }];
  });
}

/** The creator of the group is its first owner. */
function checkChain(log: Recorded<LogRecord>, states: readonly Recorded<StateRecord>[]): readonly Violation[] {
  const { at, stream, entries } = log;
  const successions = successionsIn(log);
  let owner = entries[0]?.change?.by;
  const broken = successions.flatMap(({ seq, by, to }): readonly Violation[] => {
    const before = owner;
    owner = to;
    return by === before ? [] : [say(at, stream, `${by} made ${to} the owner with ${seq}, and ${before} was it`)];
  });
  if (successions.length === 0) return broken;
  return [...broken, ...states.flatMap((state) => ownedBy(state, stream, owner))];
}

function ownedBy({ at, stream, members, roles }: Recorded<StateRecord>, of: string, owner: string | undefined): readonly Violation[] {
  if (stream !== of) return [];
  const stands = members[roles.indexOf('OWNER')];
  return stands === owner ? [] : [say(at, stream, `${stands} is the owner, and ${owner} was made it last`)];
}

/** Every acknowledged transfer is in the log, each one separately. Of two concurrent transfers only one can succeed. */
function checkKept(own: readonly Recorded<Transfer>[], successions: readonly Succession[]): readonly Violation[] {
  const left = [...successions];
  return own
    .filter(({ outcome }) => outcome === 'acknowledged')
    .flatMap(({ at, stream, by, to }): readonly Violation[] => {
      const place = left.findIndex((one) => one.by === by && one.to === to);
      if (place < 0) return [say(at, stream, `that ${by} made ${to} the owner was acknowledged and is nowhere`)];
      left.splice(0, place + 1);
      return [];
    });
}

/** Whether no earlier attempt without an answer may still be stored: an attempt may be stored up to `lostMs` after its time-out. */
function isClear(own: readonly Recorded<Transfer>[], { began }: Recorded<Transfer>): boolean {
  return own.every(({ outcome, at }) => outcome !== 'unknown' || at < began - lostMs);
}

/** An heir stays the owner until they transfer the ownership. Nothing else may refuse their transfer. */
function checkRefused(own: readonly Recorded<Transfer>[]): readonly Violation[] {
  return own.flatMap((transfer): readonly Violation[] => {
    if (transfer.outcome !== 'refused' || !isClear(own.slice(0, own.indexOf(transfer)), transfer)) return [];
    const last = own.findLast(({ outcome, at }) => outcome === 'acknowledged' && at < transfer.began);
    const meanwhile = own.some(({ by, outcome, at }) => by === transfer.by && outcome !== 'refused' && at >= transfer.began);
    if (last?.to !== transfer.by || meanwhile) return [];
    return [say(transfer.at, transfer.stream, `${transfer.by} was the owner and was refused with ${transfer.code}`)];
  });
}

function checkLast(own: readonly Recorded<Transfer>[], states: readonly Recorded<StateRecord>[]): readonly Violation[] {
  const last = own.findLast(({ outcome }) => outcome === 'acknowledged');
  if (last === undefined || own.some(({ outcome, at }) => outcome === 'unknown' && at > last.began - lostMs)) return [];
  return states.flatMap((state) => ownedBy(state, last.stream, last.to));
}
