import type { Ruling, Sending } from './attempt.ts';
import type { HistoryRecord, Recorded, StateRecord } from './history.ts';
import { lostMs, type Violation } from './log-rules.ts';

/**
 * Checks the promises about the administration of a group: there is one owner, every node shows the last settled change, and muted members
 * send nothing.
 */
export function checkRule(records: readonly HistoryRecord[]): readonly Violation[] {
  const rulings = records.filter((record) => record.what === 'ruling');
  const directs = new Set(records.flatMap((record) => (record.what === 'log' && record.between !== undefined ? [record.stream] : [])));
  const states = records.filter((record) => record.what === 'state').filter(({ stream }) => !directs.has(stream));
  const sends = records.filter((record) => record.what === 'send');
  return [...states.flatMap(checkOwner), ...checkStanding(rulings, states), ...checkMuted(rulings, sends)];
}

function checkOwner({ at, stream, roles }: Recorded<StateRecord>): readonly Violation[] {
  const owners = roles.filter((role) => role === 'OWNER').length;
  return owners === 1 ? [] : [{ rule: 'ruled', at, stream, detail: `it has ${owners} owners` }];
}

function nameOf({ stream, user, kind }: Ruling): string {
  return `${stream} ${user} ${kind}`;
}

// There is one act at a time about each subject. The last one that was not refused stands, unless it, or one that may be stored after it,
// has no answer.
function checkStanding(rulings: readonly Recorded<Ruling>[], states: readonly Recorded<StateRecord>[]): readonly Violation[] {
  return [...Map.groupBy(rulings, nameOf).values()].flatMap((all) => {
    const last = all.filter(({ outcome }) => outcome !== 'refused').at(-1);
    if (last?.outcome !== 'acknowledged' || last.kind === 'mute') return [];
    if (all.some(({ outcome, at }) => outcome === 'unknown' && at > last.began - lostMs)) return [];
    return states
      .filter(({ stream }) => stream === last.stream)
      .flatMap((state): readonly Violation[] => {
        const stands = last.kind === 'name' ? state.name : state.roles[state.members.indexOf(last.user)];
        const detail = `${last.kind} of ${last.user} is ${stands} and not ${last.to}`;
        return stands === last.to ? [] : [{ rule: 'ruled', at: state.at, stream: last.stream, detail }];
      });
  });
}

/**
 * A muted member sends nothing between the acknowledged mute and the next act about it. A message that was begun before may be acknowledged
 * again.
 */
function checkMuted(rulings: readonly Recorded<Ruling>[], sends: readonly Recorded<Sending>[]): readonly Violation[] {
  const begun = new Map<string, number>();
  for (const { by, key, began } of sends) begun.set(`${by} ${key}`, Math.min(began, begun.get(`${by} ${key}`) ?? began));
  return [...Map.groupBy(rulings, nameOf).values()].flatMap((all) =>
    all.flatMap((mute, place) => {
      if (mute.kind !== 'mute' || mute.to !== 'muted' || mute.outcome !== 'acknowledged') return [];
      // An earlier unmute without an answer may be stored after this mute.
      if (all.some(({ to, outcome, at }, n) => n < place && to === 'heard' && outcome === 'unknown' && at > mute.began - lostMs)) return [];
      const until = all[place + 1]?.began ?? Number.POSITIVE_INFINITY;
      return sends.flatMap(({ by, key, stream, outcome, at }): readonly Violation[] => {
        const said = by === mute.user && stream === mute.stream && outcome === 'acknowledged';
        const within = (begun.get(`${by} ${key}`) ?? 0) > mute.at && at < until;
        return said && within ? [{ rule: 'ruled', at, stream, detail: `${key} was said by who was muted` }] : [];
      });
    }),
  );
}
