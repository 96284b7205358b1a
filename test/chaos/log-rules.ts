import type { EntryFacts, LogRecord, Recorded, Sending } from './history.ts';
import type { Truth } from './truth.ts';

/** A promise that was not kept. */
export interface Violation {
  readonly rule: Rule;
  readonly detail: string;
  /** ms since the run began; the end where it shows only there. */
  readonly at: number;
  readonly stream?: string | undefined;
  readonly device?: string | undefined;
}

/** What is promised, in the words of a report. */
export const rules = {
  hole: 'a log has every number from 1 to its head once',
  clock: 'times in a log never go back',
  lost: 'what was acknowledged is in the log, where it was said to be',
  left: 'what was refused has left nothing',
  twice: 'a clientMessageId is one message, however often it was sent',
  realTime: 'what was acknowledged before another was sent stands before it',
  available: 'a send is answered unless a node, its database or the way there is broken: Redis is not needed for it',
  intruder: 'nobody writes who is not a member',
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

/** Names a promise. */
export type Rule = keyof typeof rules;

/** A send with all its attempts. */
interface Sent {
  readonly by: string;
  readonly key: string;
  readonly attempts: readonly Recorded<Sending>[];
}

/** What the logs themselves, and those who wrote them, say about the promises. `at`: the end of the run. */
export function checkLogs(truth: Truth, attempts: readonly Recorded<Sending>[], at: number): readonly Violation[] {
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
      checkSend(sent, messages.get(`${sent.by} ${sent.key}`)?.[0]?.[1]).map(([rule, detail]) =>
        say(rule, sent.attempts[0]?.stream, detail),
      ),
    ),
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

function checkSend({ key, attempts }: Sent, found: EntryFacts | undefined): readonly (readonly [Rule, string])[] {
  const faults: (readonly [Rule, string])[] = [];
  for (const { outcome, seq, stream, text } of attempts) {
    if (outcome !== 'acknowledged') continue;
    if (found === undefined) faults.push(['lost', `${key} was acknowledged as ${seq} and is nowhere`]);
    else if (found.seq !== seq || found.stream !== stream) faults.push(['lost', `${key} was acknowledged as ${seq} and is ${found.seq}`]);
    else if (found.text !== text) faults.push(['lost', `${key} reads ${found.text}`]);
  }
  // One whose answer was lost may come to be stored after another was refused: only if all were, there is nothing.
  if (found !== undefined && attempts.every(({ outcome }) => outcome === 'refused'))
    faults.push(['left', `${key} was refused and is ${found.seq}`]);
  return faults;
}

/** From the end of each stream on: nothing stands after what was sent only when that had been acknowledged. */
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
