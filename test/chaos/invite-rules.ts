import type { Visit } from './attempt.ts';
import type { EntryFacts, HistoryRecord, LogRecord, Recorded } from './history.ts';
import { lostMs, type Violation } from './log-rules.ts';

// The compared clocks are of one machine and are read one after the other.
const slackMs = 200;

type Say = (at: number, stream: string | undefined, detail: string) => Violation;
const say: Say = (at, stream, detail) => ({ rule: 'invited', at, stream, detail });

/**
 * Checks the promises about invites: the uses left are never negative and never rise, there are as many joins as uses taken, and everybody
 * whose join was acknowledged is a member, once. `startedAt`: the wall clock at the start of the history, in ms.
 */
export function checkDoor(records: readonly HistoryRecord[], startedAt: number): readonly Violation[] {
  const logs = records.filter((record) => record.what === 'log').filter(({ kind }) => kind === 'conversation');
  const visits = records.filter((record) => record.what === 'visit');
  return [...logs.flatMap(checkOnce), ...checkUses(records), ...checkJoins(visits, logs, startedAt), ...checkTaken(records, visits, logs)];
}

/** Only non-members join, and only members leave. */
function checkOnce({ at, stream, entries }: Recorded<LogRecord>): readonly Violation[] {
  const members = new Set<string>();
  return entries.flatMap(({ type, seq, member = '' }): readonly Violation[] => {
    if (type === 'MemberJoined' && members.has(member)) return [say(at, stream, `${member} came with ${seq}, and was there`)];
    if (type === 'MemberJoined') members.add(member);
    if (type === 'MemberLeft' && !members.delete(member)) return [say(at, stream, `${member} went with ${seq}, and was not there`)];
    return [];
  });
}

function checkUses(records: readonly HistoryRecord[]): readonly Violation[] {
  const made = new Map(records.flatMap((record) => (record.what === 'invitation' ? [[record.invite, record.uses] as const] : [])));
  const least = new Map<string, number>();
  return records.flatMap((record) => {
    if (record.what !== 'look') return [];
    return record.uses.flatMap(({ invite, left }): readonly Violation[] => {
      const before = Math.min(least.get(invite) ?? Number.POSITIVE_INFINITY, made.get(invite) ?? Number.POSITIVE_INFINITY);
      least.set(invite, left);
      return left < 0 || left > before ? [say(record.at, undefined, `${invite} has ${left} uses left, and had ${before}`)] : [];
    });
  });
}

/** A user whose join was acknowledged was a member at some moment between the request and the answer. */
function checkJoins(visits: readonly Recorded<Visit>[], logs: readonly Recorded<LogRecord>[], startedAt: number): readonly Violation[] {
  return visits
    .filter(({ kind, outcome }) => kind === 'join' && outcome === 'acknowledged')
    .flatMap(({ stream, user, invite, began, at }): readonly Violation[] => {
      const own = logs.find((log) => log.stream === stream)?.entries.filter(({ member }) => member === user) ?? [];
      const [from, until] = [startedAt + began - slackMs, startedAt + at + slackMs];
      const isIn = staysIn(own).some((stay) => stay.from <= until && stay.until >= from);
      return isIn ? [] : [say(at, stream, `${user} was let in by ${invite} and was not there`)];
    });
}

/** In ms, by the clock of the log. */
function staysIn(entries: readonly EntryFacts[]): readonly { readonly from: number; readonly until: number }[] {
  return entries.flatMap(({ type, loggedAt }, place) => {
    if (type !== 'MemberJoined') return [];
    const left = entries.slice(place).find((entry) => entry.type === 'MemberLeft');
    return [{ from: Date.parse(loggedAt), until: left === undefined ? Number.POSITIVE_INFINITY : Date.parse(left.loggedAt) }];
  });
}

/** At the end, the uses taken of all invites equal the number of joins, and no invite has more joins than uses. */
function checkTaken(
  records: readonly HistoryRecord[],
  visits: readonly Recorded<Visit>[],
  logs: readonly Recorded<LogRecord>[],
): readonly Violation[] {
  const looks = records.filter((record) => record.what === 'look');
  const invitations = records.filter((record) => record.what === 'invitation');
  const left = new Map(looks.flatMap(({ uses }) => uses.map((use) => [use.invite, use.left] as const)));
  return [...Map.groupBy(invitations, ({ stream }) => stream)].flatMap(([stream, own]) => {
    const visitors = new Set(visits.filter((visit) => visit.stream === stream).map(({ user }) => user));
    const entries = logs.find((log) => log.stream === stream)?.entries ?? [];
    const came = entries.filter(
      ({ type, member = '', change }) => type === 'MemberJoined' && visitors.has(member) && change?.by === member,
    );
    const taken = own.reduce((sum, { invite, uses }) => sum + uses - (left.get(invite) ?? uses), 0);
    const at = looks.at(-1)?.at ?? 0;
    return [
      ...(came.length === taken ? [] : [say(at, stream, `${came.length} came by themselves, ${taken} uses were taken`)]),
      ...own.flatMap(({ invite, uses }): readonly Violation[] => {
        const clean = visits.filter((visit) => visit.invite === invite && visit.outcome === 'acknowledged' && isNew(visit, visits));
        return clean.length > uses ? [say(at, stream, `${clean.length} came by ${invite}, which has ${uses} uses`)] : [];
      }),
    ];
  });
}

/** Whether the user was certainly no member before: no earlier attempt is without an answer. */
function isNew({ stream, user, began }: Recorded<Visit>, visits: readonly Recorded<Visit>[]): boolean {
  return !visits.some(
    (other) =>
      other.stream === stream && other.user === user && other.outcome === 'unknown' && other.at > began - lostMs && other.began < began,
  );
}
