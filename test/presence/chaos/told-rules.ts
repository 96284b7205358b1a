import type { HistoryRecord, Recorded, RestRecord, ToldRecord, WatchRecord } from './history.ts';
import type { Violation } from './rule.ts';
import { graceMs } from './times.ts';
import type { Truth } from './truth.ts';

type Told = Recorded<ToldRecord>;

// A timer may be early by its resolution, and a device records an act just before it.
const earlyMs = 50;
// An outdated presence arrives at most this late: a network hop, a read, and delays on a busy machine.
const lateMs = 1_000;

/** Checks everything that subscriptions received. */
export function checkTold(records: readonly HistoryRecord[], truth: Truth): readonly Violation[] {
  const strands = Map.groupBy(
    records.filter((record) => record.what === 'told'),
    ({ subscription, user }) => `${subscription} ${user}`,
  );
  return [...strands.values()].flatMap((strand) => [
    ...strand.flatMap((told, n) => [...repeated(told, strand[n - 1]), ...hidden(told, truth), ...wronglyGone(told, truth)]),
    ...hasty(strand, truth),
  ]);
}

/** Checks what every watcher was shown at each rest. */
export function checkRests(records: readonly HistoryRecord[], truth: Truth): readonly Violation[] {
  const users = new Set(records.flatMap((record) => (record.what === 'device' ? [record.user] : [])));
  return records.flatMap((record) =>
    record.what === 'rest' ? [...absent(record, truth), ...shownWrong(record, { records, users: [...users], truth })] : [],
  );
}

function of({ at, user, subscription }: Told): Pick<Violation, 'at' | 'user' | 'subscription'> {
  return { at, user, subscription };
}

function words({ status, devices, text }: Pick<ToldRecord, 'status' | 'devices' | 'text'>): string {
  return `${status} ${devices} ${text}`.trimEnd();
}

function repeated(told: Told, before: Told | undefined): readonly Violation[] {
  if (before === undefined || words(told) !== words(before) || told.lastSeenAt !== before.lastSeenAt) return [];
  return [{ rule: 'once', ...of(told), detail: `told again: ${words(told)}` }];
}

function hidden(told: Told, truth: Truth): readonly Violation[] {
  if (told.status === 'OFFLINE') return [];
  const { at } = told;
  const wish = truth.wishes(told.user).find(({ from, until }) => from <= at && at < until);
  if (wish?.status !== 'INVISIBLE' || at - wish.from <= lateMs) return [];
  return [{ rule: 'privacy', ...of(told), detail: `${words(told)}, ${at - wish.from} ms after INVISIBLE was acknowledged` }];
}

function wronglyGone(told: Told, truth: Truth): readonly Violation[] {
  const { at, user, status } = told;
  if (status !== 'OFFLINE') return [];
  const isLate = (until: number): boolean => at > until && truth.calm({ from: until, until: at }) > lateMs;
  const isHidden = truth
    .wishes(user)
    .some((wish) => wish.status === 'INVISIBLE' && wish.possible.from <= at && !isLate(wish.possible.until));
  if (isHidden) return [];
  const hasGone = truth
    .absences(user)
    .some(({ from, until }) => until - from >= graceMs - earlyMs && from + graceMs - earlyMs <= at && !isLate(until));
  if (hasGone) return [];
  const redis = truth.faults.some((fault) => fault.node === null && fault.began <= at && truth.calm({ from: fault.at, until: at }) === 0);
  return [{ rule: redis ? 'empty' : 'flicker', ...of(told), detail: `OFFLINE, and was there: ${thereUntil(user, at, truth)}` }];
}

function thereUntil(user: string, at: number, truth: Truth): string {
  const near = truth.held.filter((held) => held.user === user && held.from <= at && held.until > at - 2 * graceMs);
  return near.map(({ device, node, from, until }) => `${device} on node ${node} from ${from} to ${until}`).join(', ');
}

/** A user who has just come online cannot have been offline for a whole grace period. */
function hasty(strand: readonly Told[], truth: Truth): readonly Violation[] {
  return strand.flatMap((told, n) => {
    const [came, before] = [strand.slice(0, n).findLastIndex((one) => one.status === 'OFFLINE') + 1, told.at - lateMs];
    const first = strand[came];
    if (told.status !== 'OFFLINE' || came === 0 || first === undefined || first.at + graceMs - lateMs <= told.at || came === n) return [];
    const span = { from: first.at - lateMs, until: told.at };
    const chosen = truth.wishes(told.user).some(({ possible: { from } }) => from > Math.min(before, span.from) && from <= told.at);
    if (chosen || truth.calm(span) < span.until - span.from) return [];
    return [{ rule: 'flicker', ...of(told), detail: `came at ${first.at} and is gone ${told.at - first.at} ms later` }];
  });
}

function absent({ at, here }: Recorded<RestRecord>, { held }: Truth): readonly Violation[] {
  const connected = new Set(held.filter(({ from, until }) => from <= at && at <= until).map(({ device }) => device));
  return here.filter((device) => !connected.has(device)).map((device) => ({ rule: 'back', at, detail: `${device} is not connected` }));
}

interface Shown {
  readonly records: readonly HistoryRecord[];
  readonly users: readonly string[];
  readonly truth: Truth;
}

function shownWrong(rest: Recorded<RestRecord>, { records, users, truth }: Shown): readonly Violation[] {
  const until = records.filter(({ at }) => at <= rest.at);
  const newest = new Map<string, Recorded<WatchRecord>>();
  for (const record of until) if (record.what === 'watch') newest.set(record.watcher, record);
  const shown = new Map<string, Told>();
  for (const record of until) if (record.what === 'told') shown.set(`${record.subscription} ${record.user}`, record);
  return [...newest.values()].flatMap(({ subscription, watcher, node }) =>
    users.flatMap((user): readonly Violation[] => {
      const told = shown.get(`${subscription} ${user}`);
      const [sees, is] = [told === undefined ? 'nothing' : words(told), truly(user, rest.at, truth)];
      if (sees === is) return [];
      const detail = `${watcher} on node ${node} sees ${sees}, and is ${is}, ${rest.at - rest.began} ms after all was healed`;
      return [{ rule: 'right', at: rest.at, user, subscription, detail }];
    }),
  );
}

/** Returns the correct presence of a user at a time at which nothing changes. */
function truly(user: string, at: number, { held, wishes }: Truth): string {
  const devices = new Set(held.filter((one) => one.user === user && one.from <= at && at <= one.until).map(({ device }) => device)).size;
  const { status = 'ONLINE', text = '' } = wishes(user).findLast(({ from }) => from <= at) ?? {};
  if (devices === 0 || status === 'INVISIBLE') return words({ status: 'OFFLINE', devices: 0, text });
  return words({ status, devices, text });
}
