import type { Change, Pinning, Reacting, Sending } from './attempt.ts';
import type { EntryFacts, LogRecord, Recorded } from './history.ts';
import type { Truth } from './truth.ts';

/** A broken promise. */
export interface Violation {
  readonly rule: Rule;
  readonly detail: string;
  /** In ms since the run began. The end of the run if it only shows there. */
  readonly at: number;
  readonly stream?: string | undefined;
  readonly device?: string | undefined;
}

/** The promises, as a report words them. */
export const rules = {
  hole: 'a log has every number from 1 to its head once',
  clock: 'times in a log never go back',
  lost: 'what was acknowledged is in the log, where it was said to be',
  left: 'what was refused has left nothing',
  changed: 'what was edited, taken back, reacted to or pinned stands so',
  twice: 'a clientMessageId is one message, however often it was sent',
  later: 'what was left to be said is said, unless it was cancelled, and then never',
  voted: 'a vote that was acknowledged counts once, as its log has it, and none after the poll was closed, which it is once',
  drafted:
    'of what somebody has begun to write stands what was written last, and goes with the message that it becomes; their devices show it',
  saved: 'a message is saved, or is not, as was settled last, and their devices show it',
  signal: 'a signal is heard once at most, as it was told, and not by who is no member or is blocked',
  realTime: 'what was acknowledged before another was sent stands before it',
  available: 'a send is answered unless a node, its database or the way there is broken: Redis is not needed for it',
  intruder: 'nobody writes who is not a member',
  ruled: 'a group has one owner, roles and names stand as they were settled, and nobody writes who is muted',
  invited: 'an invitation lets in as many as it has uses, and whoever was let in is a member once',
  owned: 'a group has one owner at any time, whom the one before has named',
  blocked: 'between two of whom one has blocked the other nothing is said, and without a block nothing is refused for one',
  gap: 'a device gets every number of a stream once and in order, or ResyncRequired',
  content: 'a device gets what the log has',
  removed: 'nobody gets anything of a time in which they were not members',
  resync: 'ResyncRequired comes only where something cannot be had',
  ready: 'StreamReady names where the device is, and leaves nothing out',
  client: 'the device came back with the positions it had',
  missing: 'everybody has everything in the end',
  late: 'everybody has everything soon after the last fault',
  state: 'state and events make the state that is read anew',
  markers: 'a marker that was moved is told to every device of its user',
  odd: 'nothing comes that is not of the protocol',
  node: 'a node ends only when it is told to, and reports no bug',
} as const;

/** The name of a promise. */
export type Rule = keyof typeof rules;

/** A message with all attempts to send it. */
interface Sent {
  readonly by: string;
  readonly key: string;
  readonly attempts: readonly Recorded<Sending>[];
}

/** The attempts that are checked against the logs. */
export interface Attempts {
  readonly sends: readonly Recorded<Sending>[];
  readonly changes: readonly Recorded<Change | Reacting | Pinning>[];
}

/** Checks the logs by themselves, and against the attempts to write to them. `at`: the end of the run. */
export function checkLogs(truth: Truth, { sends: attempts, changes }: Attempts, at: number): readonly Violation[] {
  const found = truth.logs
    .flatMap(({ entries }) => entries)
    .filter(({ key }) => key !== undefined)
    .map((entry) => [`${entry.sender} ${entry.key}`, entry] as const);
  const messages = Map.groupBy(found, ([name]) => name);
  const sends = sendsOf(attempts);
  const say = (rule: Rule, stream: string | undefined, detail: string): Violation => ({ rule, stream, detail, at });
  return [
    ...truth.logs.flatMap((log) => checkLog(truth, log).map(([rule, detail]) => say(rule, log.stream, detail))),
    ...[...messages].filter(([, all]) => all.length > 1).map(([name]) => say('twice', undefined, `${name} is in the logs more than once`)),
    ...sends.flatMap((sent) =>
      checkSend(truth, sent, messages.get(`${sent.by} ${sent.key}`)?.[0]?.[1]).map(([rule, detail]) =>
        say(rule, sent.attempts[0]?.stream, detail),
      ),
    ),
    ...checkChanges(truth, changes).map(([stream, detail]) => say('changed', stream, detail)),
    ...checkRealTime(sends).map(([stream, detail]) => say('realTime', stream, detail)),
  ];
}

function checkLog(truth: Truth, { stream, lastSeq, entries }: LogRecord): readonly (readonly [Rule, string])[] {
  const seqs = entries.map(({ seq }) => seq);
  const whole = seqs.length === lastSeq && seqs.every((seq, n) => seq === n + 1);
  const back = entries.findIndex(({ loggedAt }, n) => loggedAt < (entries[n - 1]?.loggedAt ?? ''));
  const intruders = entries.filter(({ type, sender = '', seq }) => type === 'MessageSent' && !truth.mayRead(sender, stream, seq));
  return [
    ...(whole ? [] : [['hole', `numbers ${seqs.join(' ')} up to ${lastSeq}`] as const]),
    ...(back < 0 ? [] : [['clock', `entry ${entries[back]?.seq} is of ${entries[back]?.loggedAt}, the one before is later`] as const]),
    ...intruders.map(({ seq, sender }) => ['intruder', `${sender} wrote ${seq}`] as const),
  ];
}

function sendsOf(attempts: readonly Recorded<Sending>[]): readonly Sent[] {
  return [...Map.groupBy(attempts, ({ by, key }) => `${by} ${key}`).values()].flatMap((all) => {
    const [first] = all;
    return first === undefined ? [] : [{ by: first.by, key: first.key, attempts: all }];
  });
}

function checkSend(truth: Truth, { key, attempts }: Sent, found: EntryFacts | undefined): readonly (readonly [Rule, string])[] {
  const faults: (readonly [Rule, string])[] = [];
  for (const { outcome, seq, stream, text } of attempts) {
    if (outcome !== 'acknowledged') continue;
    if (found === undefined) faults.push(['lost', `${key} was acknowledged as ${seq} and is nowhere`]);
    else if (found.seq !== seq || found.stream !== stream) faults.push(['lost', `${key} was acknowledged as ${seq} and is ${found.seq}`]);
    else if (!truth.texts(stream, found.seq).includes(found.text ?? ''))
      faults.push(['lost', `${key}, sent as ${text}, reads ${found.text}`]);
  }
  // An attempt without an answer may be stored after another one was refused. Nothing may be stored only if all were refused.
  if (found !== undefined && attempts.every(({ outcome }) => outcome === 'refused'))
    faults.push(['left', `${key} was refused and is ${found.seq}`]);
  return faults;
}

/** Goes through each stream from its end: a message must not have a lower seq than another that was acknowledged before it was sent. */
function checkRealTime(sends: readonly Sent[]): readonly (readonly [string, string])[] {
  const stored = sends.flatMap(({ key, attempts }) => {
    const answer = attempts.find(({ outcome }) => outcome === 'acknowledged');
    const began = Math.min(...attempts.map((attempt) => attempt.began));
    return answer?.seq === undefined ? [] : [{ key, began, stream: answer.stream, seq: answer.seq, ended: answer.at }];
  });
  return [...Map.groupBy(stored, ({ stream }) => stream)].flatMap(([stream, all]) => {
    let earliest = Number.POSITIVE_INFINITY;
    return all
      .toSorted((a, b) => b.seq - a.seq)
      .flatMap(({ key, seq, began, ended }) => {
        const late = began > earliest;
        earliest = Math.min(earliest, ended);
        return late ? [[stream, `${key} is ${seq}, before what was acknowledged when it was sent`] as const] : [];
      });
  });
}

/** The subject of an act. Acts that undo each other have the same one. */
function nameOf(act: Change | Reacting | Pinning): string {
  if (act.what === 'reaction') return `${act.stream} ${act.seq} ${act.by} ${act.emoji}`;
  return act.what === 'pin' ? `${act.stream} ${act.seq} pin` : `${act.stream} ${act.seq} text`;
}

/** The last attempt for a subject stands if it was acknowledged and no other was under way: in the log and, for a text, in the message. */
function checkChanges(truth: Truth, changes: readonly Recorded<Change | Reacting | Pinning>[]): readonly (readonly [string, string])[] {
  return [...Map.groupBy(changes, nameOf).values()].flatMap((all) => {
    const last = all.filter(({ outcome }) => outcome !== 'refused').at(-1);
    if (last?.outcome !== 'acknowledged' || all.some((other) => other !== last && mayComeAfter(other, last))) return [];
    const { stream, seq } = last;
    const entries = truth.log(stream)?.entries.filter(({ target }) => target === seq) ?? [];
    const isGone = entries.some(({ type }) => type === 'MessageRecalled');
    const stands = standsSo(last, entries, { isGone, text: truth.entry(stream, seq)?.text ?? '' });
    return stands ? [] : [[stream, `${JSON.stringify(last)} does not stand: ${JSON.stringify(entries)}`] as const];
  });
}

// An attempt without an answer may still be stored within a write's deadline of 8 s. Plus a margin.
export const lostMs = 12_000;

/** Whether an attempt may have been stored after another one. */
function mayComeAfter({ outcome, at }: Recorded<Change | Reacting | Pinning>, { began }: { readonly began: number }): boolean {
  return at > (outcome === 'unknown' ? began - lostMs : began);
}

function standsSo(
  act: Change | Reacting | Pinning,
  entries: readonly EntryFacts[],
  { isGone, text }: { readonly isGone: boolean; readonly text: string },
): boolean {
  if (act.what === 'edit') return isGone ? text === '' : text === act.text;
  if (isGone) return true;
  if (act.what === 'pin') return (entries.findLast(({ pinned }) => pinned !== undefined)?.pinned ?? false) === act.pinned;
  const own = entries.findLast(({ emoji, actor }) => emoji === act.emoji && actor === act.by);
  return (own?.added ?? false) === act.added;
}
