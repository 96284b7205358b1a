import type { EntryFacts, StateRecord } from './history.ts';
import type { Rule } from './log-rules.ts';
import { comeOrGo, type Truth } from './truth.ts';

/** What is wrong with something that a device was told. */
export type Fault = readonly [rule: Rule, detail: string];

// A node gives a second; the clocks that are compared are of one machine, and read one after the other.
const leastGraceMs = 950;

/** The parts of a stream that a strand is walked with. */
export interface StrandParts {
  readonly truth: Truth;
  readonly user: string;
  readonly stream: string;
}

/**
 * One stream as one device was told of it: where it is, and what it makes of it. Written from what the API promises, not from what the
 * server does: the next number, or the first of a stay that the account has told of; nothing else. What came before an access ended may be missing at
 * its end: who was slow, or away, when it ended is given nothing of it any more.
 */
export class Strand {
  readonly #parts: StrandParts;
  /** What a client gives back; undefined: it follows no such stream. */
  #held: number | undefined;
  /** The last entry that was told, or where the telling begins. */
  #followed: number | undefined;
  /** Where stays begin that were told of and not entered yet. */
  #starts: readonly number[] = [];
  #members: Set<string>;
  /** Numbers of what others said since this began, and so may be unread. */
  #others: number[] = [];
  #readSeq = 0;
  /** What was told of messages since this began. */
  #messages = new Map<number, Known>();

  constructor(parts: StrandParts, seq: number | undefined) {
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

  /** It goes on from what the client gives back. */
  resume(): void {
    this.#followed = this.#held;
    this.#starts = [];
  }

  /** `at`: when it was told, in ms by the clock of the log. */
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

  /** The account told of a stay. */
  opened(seq: number): void {
    this.#held = seq;
    this.#starts = [...this.#starts, seq];
  }

  /** The account told that a stay ended. */
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

  /** StreamReady, which names this place, or none. */
  ready(seq: number | undefined): readonly Fault[] {
    const before = this.#followed;
    const enters = before === undefined && seq !== undefined && this.#starts.includes(seq);
    if (enters) this.#begin(seq);
    else if (seq !== undefined && seq !== before) return [['ready', `it names ${seq}, the device has ${before}`]];
    // What was closed is no loss, whether the device has heard of the end of it or not.
    else if (seq === undefined && this.#held !== undefined) return [['ready', `it leaves out what the device has up to ${this.#held}`]];
    if (seq !== undefined) this.#held = seq;
    return [];
  }

  marker(readSeq: number): void {
    this.#readSeq = readSeq;
  }

  /** Whether what was folded is what the API answers. */
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

  /** True where the device was not told where the marker stands. */
  stale({ readSeq }: StateRecord): boolean {
    const [low, high] = [Math.min(readSeq, this.#readSeq), Math.max(readSeq, this.#readSeq)];
    // Own messages move it too, if nothing before them waits: which of the two came first may look different from here.
    return this.#others.some((seq) => seq > low && seq <= high);
  }

  /** What came before an access ended is told for a while after it, and then no more. */
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

  /** Takes in what was told of a message: what it says never goes back to what it said before. */
  #read({ type, seq, text = '', target = seq, emoji = '', added = false, pinned = false, actor = '' }: EntryFacts): readonly Fault[] {
    const { truth, stream } = this.#parts;
    if (type === 'MessageSent') this.#messages.set(seq, { text, reactions: new Map(), pinned: false });
    const known = this.#messages.get(target);
    if (known === undefined) return [];
    if (type === 'ReactionsChanged') react(known, { emoji, added, actor });
    if (type === 'PinChanged') known.pinned = pinned;
    if (type !== 'MessageSent' && type !== 'MessageEdited' && type !== 'MessageRecalled') return [];
    // What the log reads in the end is what it may have read here, whether anybody is known to have written it or not: that is for others to say.
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

/** What a device knows of a message. */
interface Known {
  text: string;
  /** Who has put each emoji there. */
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

/** `hidden`: it is about a message from before the access, of which only the place may be told. */
function same(told: EntryFacts, real: EntryFacts, hidden: boolean): boolean {
  if (hidden) return told.type === 'EntryHidden' && told.loggedAt === real.loggedAt && told.target === undefined;
  // The account's other entries go by names of their own; of those only the place is compared. What a message says is read by itself.
  const fields = ['loggedAt', 'key', 'sender', 'member', 'target', 'emoji', 'added', 'pinned', 'actor', 'choices'] as const;
  const isNamed = told.key !== undefined || real.target !== undefined;
  return fields.every((field) => told[field] === real[field]) && (!isNamed || told.type === real.type);
}
