import type { EntryFacts, StateRecord } from './history.ts';
import type { Rule } from './log-rules.ts';
import { comeOrGo, type Truth } from './truth.ts';

/** A fault in what a device received. */
export type Fault = readonly [rule: Rule, detail: string];

// A node grants a second. The compared clocks are of one machine and are read one after the other.
const leastGraceMs = 950;

/** The parts of a strand. */
export interface StreamReplayParts {
  readonly truth: Truth;
  readonly user: string;
  readonly stream: string;
}

/**
 * One stream as one device received it: its position, and the state built from its events. It follows from the API's promises, not from the
 * server's code. The next entry has to be the next seq, or the first of a stay that the account stream announced. Entries before the end of
 * an access may be missing: a device that was slow or offline when the access ended does not receive them any more.
 */
export class StreamReplay {
  readonly #parts: StreamReplayParts;
  /** The position that the client resumes from. Undefined if it does not follow the stream. */
  #held: number | undefined;
  /** The last entry received, or the position at which delivery starts. */
  #followed: number | undefined;
  /** The starts of stays that were announced and not entered yet. */
  #starts: readonly number[] = [];
  #members: Set<string>;
  /** Seqs of messages of others since this stay began, which may be unread. */
  #others: number[] = [];
  #readSeq = 0;
  /** The messages received since this stay began. */
  #messages = new Map<number, Known>();

  constructor(parts: StreamReplayParts, seq: number | undefined) {
    this.#parts = parts;
    this.#held = seq;
    this.#followed = seq;
    this.#members = this.#membersAt(seq ?? 0);
  }

  held(): number | undefined {
    return this.#held;
  }

  followed(): number | undefined {
    return this.#followed;
  }

  /** Goes on from the position that the client sends. */
  resume(): void {
    this.#followed = this.#held;
    this.#starts = [];
  }

  /** `at`: when the device received it, in ms by the clock of the log. */
  entry(entry: EntryFacts, at: number): readonly Fault[] {
    const { seq } = entry;
    const { truth, user, stream } = this.#parts;
    const faults: Fault[] = [];
    const followed = this.#followed;
    if (followed === undefined || seq !== followed + 1) {
      const enters =
        this.#starts.includes(seq - 1) && (followed === undefined || truth.left(user, stream, followed + 1) || this.#isCut(followed, at));
      if (enters) this.#begin(seq - 1);
      else faults.push(['gap', `${seq} came after ${followed}`]);
    }
    if (!truth.mayRead(user, stream, seq)) faults.push(['removed', `${seq} was told to somebody who was not a member then`]);
    const real = truth.entry(stream, seq);
    const hidden = real?.target !== undefined && real.target < truth.entered(user, stream, seq);
    if (real === undefined || !same(entry, real, hidden)) faults.push(['content', `${JSON.stringify(entry)} is ${JSON.stringify(real)}`]);
    if (!hidden) faults.push(...this.#read(entry));
    this.#held = seq;
    this.#followed = seq;
    this.#fold(entry);
    return faults;
  }

  /** The account stream announced a stay. */
  opened(seq: number): void {
    this.#held = seq;
    this.#starts = [...this.#starts, seq];
  }

  /** The account stream announced the end of a stay. */
  closed(): void {
    this.#held = undefined;
  }

  resync(lastSeq: number | null, reason: string): readonly Fault[] {
    const { truth, user, stream } = this.#parts;
    const from = this.#followed;
    const ended = truth.endedAt(user, stream, from ?? 0) !== undefined;
    const due = ended && ((reason === 'GONE' && lastSeq === null) || (reason === 'REJOINED' && lastSeq !== null));
    if (lastSeq === null) {
      this.#held = undefined;
      this.#followed = undefined;
    } else {
      this.#held = lastSeq;
      this.#begin(lastSeq);
    }
    return due ? [] : [['resync', `${reason} at ${from}, on from ${lastSeq}`]];
  }

  /** StreamReady names this position, or leaves the stream out. */
  ready(seq: number | undefined): readonly Fault[] {
    const before = this.#followed;
    const enters = before === undefined && seq !== undefined && this.#starts.includes(seq);
    if (enters) this.#begin(seq);
    else if (seq !== undefined && seq !== before) return [['ready', `it names ${seq}, the device has ${before}`]];
    // Leaving out a closed conversation loses nothing, whether the device has heard of its end or not.
    else if (seq === undefined && this.#held !== undefined) return [['ready', `it leaves out what the device has up to ${this.#held}`]];
    if (seq !== undefined) this.#held = seq;
    return [];
  }

  marker(readSeq: number): void {
    this.#readSeq = readSeq;
  }

  /** Compares the state built from events with what the API answers. */
  compare(state: StateRecord): readonly Fault[] {
    const { truth, stream } = this.#parts;
    const faults: Fault[] = [];
    const here = [...this.#members].toSorted();
    const there = [...state.members].toSorted();
    if (here.join() !== there.join()) faults.push(['state', `members ${here} here, ${there} there`]);
    const wrong = state.newest.find(({ seq, text }) => seq <= (this.#followed ?? 0) && truth.entry(stream, seq)?.text !== text);
    if (wrong !== undefined) faults.push(['state', `message ${wrong.seq} reads ${wrong.text}`]);
    for (const { seq, text, reactions = '', pinned = false } of state.newest) {
      const known = this.#messages.get(seq);
      if (known === undefined) continue;
      const here = JSON.stringify([known.text, countsOf(known), known.pinned]);
      const there = JSON.stringify([text, reactions, pinned]);
      if (here !== there) faults.push(['state', `message ${seq} is ${here} here, ${there} there`]);
    }
    if (state.lastSeq !== this.#followed) faults.push(['state', `${this.#followed} is the last here, ${state.lastSeq} there`]);
    const unread = this.#others.filter((seq) => seq > this.#readSeq);
    if (unread.length !== state.unread)
      faults.push(['state', `${unread.length} unread after ${this.#readSeq} here, ${state.unread} there`]);
    return faults;
  }

  /** Whether the device does not know the current read marker. */
  stale({ readSeq }: StateRecord): boolean {
    const [low, high] = [Math.min(readSeq, this.#readSeq), Math.max(readSeq, this.#readSeq)];
    // A user's own message also moves it, if nothing before it is unread. Which of the two came first may look different here.
    return this.#others.some((seq) => seq > low && seq <= high);
  }

  /** Entries from before the end of an access are delivered for a while after it, and then no more. */
  #isCut(followed: number, at: number): boolean {
    const endedAt = this.#parts.truth.endedAt(this.#parts.user, this.#parts.stream, followed);
    return endedAt !== undefined && at >= endedAt + leastGraceMs;
  }

  #begin(seq: number): void {
    this.#followed = seq;
    this.#starts = this.#starts.filter((start) => start > seq);
    this.#members = this.#membersAt(seq);
    this.#others = [];
    this.#messages = new Map();
    this.#readSeq = seq;
  }

  #membersAt(seq: number): Set<string> {
    const { truth, stream } = this.#parts;
    return new Set(truth.members(stream, seq));
  }

  /** Applies an event about a message. Its text must never go back to an earlier one. */
  #read({ type, seq, text = '', target = seq, emoji = '', added = false, pinned = false, actor = '' }: EntryFacts): readonly Fault[] {
    const { truth, stream } = this.#parts;
    if (type === 'MessageSent') this.#messages.set(seq, { text, reactions: new Map(), pinned: false });
    const known = this.#messages.get(target);
    if (known === undefined) return [];
    if (type === 'ReactionsChanged') react(known, { emoji, added, actor });
    if (type === 'PinChanged') known.pinned = pinned;
    if (type !== 'MessageSent' && type !== 'MessageEdited' && type !== 'MessageRecalled') return [];
    // The text that the log has in the end may have been read here, even if no attempt is known to have written it. Other rules check that.
    const texts = [...truth.texts(stream, target), truth.entry(stream, target)?.text];
    const [before, after] = [texts.indexOf(known.text), texts.indexOf(text)];
    known.text = text;
    if (type === 'MessageRecalled' || text === '') known.reactions.clear();
    return after < 0 || after < before ? [['content', `message ${target} reads ${text} after ${before}, of ${JSON.stringify(texts)}`]] : [];
  }

  #fold(entry: EntryFacts): void {
    comeOrGo(this.#members, entry);
    if (entry.type !== 'MessageSent') return;
    if (entry.sender !== this.#parts.user) this.#others.push(entry.seq);
    else if (!this.#others.some((seq) => seq > this.#readSeq)) this.#readSeq = entry.seq;
  }
}

/** A device's state of a message. */
interface Known {
  text: string;
  /** The users who reacted with each emoji. */
  readonly reactions: Map<string, Set<string>>;
  pinned: boolean;
}

function react(
  { reactions }: Known,
  { emoji, added, actor }: { readonly emoji: string; readonly added: boolean; readonly actor: string },
): void {
  const who = reactions.get(emoji) ?? new Set<string>();
  if (added) who.add(actor);
  else who.delete(actor);
  reactions.set(emoji, who);
}

function countsOf({ reactions }: Known): string {
  return [...reactions]
    .flatMap(([emoji, who]) => (who.size === 0 ? [] : [`${emoji}${who.size}`]))
    .toSorted()
    .join(' ');
}

/** `hidden`: the entry is about a message from before the access, so only its position may be delivered. */
function same(told: EntryFacts, real: EntryFacts, hidden: boolean): boolean {
  if (hidden) return told.type === 'EntryHidden' && told.loggedAt === real.loggedAt && told.target === undefined;
  // The account's other entries have other names in the API, so only their position is compared. The text of a message is checked
  // separately.
  const fields = ['loggedAt', 'key', 'sender', 'member', 'target', 'emoji', 'added', 'pinned', 'actor', 'choices'] as const;
  const isNamed = told.key !== undefined || real.target !== undefined;
  return fields.every((field) => told[field] === real[field]) && (!isNamed || told.type === real.type);
}
