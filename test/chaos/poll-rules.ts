import type { Voting } from './attempt.ts';
import type { EntryFacts, HistoryRecord, PollRecord, Recorded } from './history.ts';
import { lostMs, type Violation } from './log-rules.ts';
import type { Truth } from './truth.ts';

/** A poll and everything recorded about it. */
interface Ballot {
  readonly poll: Recorded<PollRecord>;
  /** Votes and closings, in order. */
  readonly entries: readonly EntryFacts[];
  readonly attempts: readonly Recorded<Voting>[];
}

/** Checks the promises about polls: the last vote of each user counts, once, and no vote counts after the poll was closed. */
export function checkBallots(truth: Truth, records: readonly HistoryRecord[]): readonly Violation[] {
  const attempts = Map.groupBy(
    records.filter((record) => record.what === 'vote'),
    ({ stream, seq }) => `${stream} ${seq}`,
  );
  const polls = records.filter((record) => record.what === 'poll');
  return polls.flatMap((poll) => {
    const { stream, seq, at } = poll;
    const entries = truth.log(stream)?.entries.filter(({ type, target }) => target === seq && isOfPoll(type)) ?? [];
    const ballot = { poll, entries, attempts: attempts.get(`${stream} ${seq}`) ?? [] };
    const details = [...checkCounts(poll), ...checkClosing(ballot), ...checkRefusals(ballot), ...checkVoters(ballot)];
    return details.map((detail): Violation => ({ rule: 'voted', at, stream, detail: `the poll ${seq} ${detail}` }));
  });
}

function isOfPoll(type: string): boolean {
  return type === 'PollVoted' || type === 'PollClosed';
}

function checkCounts({ votes, counts, voters }: PollRecord): readonly string[] {
  const counted = counts.map((_, place) => votes.filter(({ choices }) => choices.split(' ').includes(String(place))).length);
  const is = `${counts.join()} of ${voters}`;
  const has = `${counted.join()} of ${votes.length}`;
  return is === has ? [] : [`counts ${is}, and there are ${has}`];
}

function checkClosing({ poll, entries }: Ballot): readonly string[] {
  const closings = entries.filter(({ type }) => type === 'PollClosed');
  if (!poll.closed || closings.length !== 1) return [`is ${poll.closed ? 'closed' : 'open'}, and was closed ${closings.length} times`];
  return entries.at(-1) === closings[0] ? [] : ['was voted on after it was closed'];
}

function checkRefusals({ attempts }: Ballot): readonly string[] {
  return attempts
    .filter(({ outcome, code }) => outcome === 'refused' && code !== 'TOO_LATE')
    .map(({ by, code }) => `refuses ${by} with ${code}`);
}

function checkVoters({ poll, entries, attempts }: Ballot): readonly string[] {
  const voters = new Set([...attempts, ...poll.votes].map(({ by }) => by));
  return [...voters].flatMap((by) => {
    const own = attempts.filter((attempt) => attempt.by === by);
    const stands = poll.votes.find((vote) => vote.by === by)?.choices ?? '';
    const logged = entries.filter(({ type, actor }) => type === 'PollVoted' && actor === by).map(({ choices = '' }) => choices);
    return [...checkStanding(own, stands), ...(poll.anonymous ? [] : checkLogged(own, stands, logged))].map(
      (detail) => `${detail} of ${by}`,
    );
  });
}

/** The last vote counts, unless an earlier attempt without an answer may have been stored after it. */
function checkStanding(own: readonly Recorded<Voting>[], stands: string): readonly string[] {
  const last = own.filter(({ outcome }) => outcome !== 'refused').at(-1);
  if (last === undefined) return stands === '' ? [] : [`has ${stands}, and every vote was refused`];
  const others = own.filter(({ choices }) => choices !== last.choices);
  const isSure = last.outcome === 'acknowledged' && others.every(({ outcome, at }) => outcome !== 'unknown' || at < last.began - lostMs);
  return isSure && last.choices !== stands ? [`has ${stands} and not ${last.choices}`] : [];
}

/**
 * Whatever the outcomes were: the log and the counted vote agree, no vote is logged twice in a row, and every acknowledged vote is in the
 * log.
 */
function checkLogged(own: readonly Recorded<Voting>[], stands: string, logged: readonly string[]): readonly string[] {
  const tried = new Set(own.filter(({ outcome }) => outcome !== 'refused').map(({ choices }) => choices));
  const missing = own.filter(({ outcome, choices }) => outcome === 'acknowledged' && !['', ...logged].includes(choices));
  return [
    ...((logged.at(-1) ?? '') === stands ? [] : [`has ${stands}, and its log ${logged.at(-1)}`]),
    ...logged.filter((choices, place) => choices === (logged[place - 1] ?? '')).map((choices) => `logs ${choices} twice`),
    ...logged.filter((choices) => !tried.has(choices)).map((choices) => `logs ${choices}, which was never chosen`),
    ...missing.map(({ choices }) => `acknowledged ${choices}, which its log never had`),
  ];
}
