import { type Attachments, type Entry, type KnownEntry, recalledMessage } from '../log/index.ts';

/** The newest entries of one stream, bounded by their number and by the characters of their texts. */
export interface Ring {
  push(entry: Entry): void;
  /** Returns all entries after `seq`, or null if that reaches further back than the ring. */
  after(seq: number): readonly Entry[] | null;
  /** Returns the entry with this seq if it is in the ring. */
  at(seq: number): Entry | undefined;
  /**
   * Takes a page without gaps, and prepends the entries that lie right before the ring (or that end at `lastSeq` if the ring is empty): the
   * newest of them, as far as there is room. Other clients probably need the same entries, so the ring may keep more than usual until
   * `narrow`.
   */
  precede(entries: readonly Entry[], lastSeq: number): void;
  /** Removes the text of a recalled message, so that clients that catch up later do not get it. */
  recall(recall: KnownEntry<'MessageRecalled'>): void;
  /** Removes the entries up to this seq, which are trimmed, and accepts none of them again. */
  forget(untilSeq: number): void;
  /**
   * Replaces the entry of a revoked notice by a copy, so that a payload made of the old object is not used for clients that catch up later.
   */
  revoke(revoked: KnownEntry<'NoticeRevoked'>): void;
  /** Returns to the usual size. */
  narrow(): void;
  clear(): void;
}

/** How many characters the rings of a node may still hold beyond their usual size, all together. */
export interface Spare {
  characters: number;
}

// Enough to bridge a cut-over under heavy sending. A node with 10,000 busy channels then holds a few hundred MB at most.
const usual = { entries: 64, characters: 32_768 };
// While clients catch up: what a busy group sends in a minute or two, for clients that reconnect one after another.
const wide = { entries: 1_024, characters: 524_288 };
// The memory of an entry without its text, expressed in characters.
const entryCharacters = 400;
// 32 MB, or 64 MB for texts that are not Latin.
const spareCharacters = 32 * 1024 * 1024;

/** Creates the budget that all rings of a node share. */
export function createSpare(characters = spareCharacters): Spare {
  return { characters };
}

function textOf(entry: Entry): number {
  if (entry.type !== 'MessageSent') return 0;
  const { text, attachments, data, poll } = entry.data;
  const options = poll === null ? 0 : poll.options.reduce((sum, option) => sum + option.length, 0);
  return text.length + (data?.length ?? 0) + options + attachments.reduce((sum, one) => sum + attachmentCharacters(one), 0);
}

function attachmentCharacters({ url, mediaType, name, alt }: Attachments[number]): number {
  return url.length + mediaType.length + (name?.length ?? 0) + (alt?.length ?? 0);
}

/** Creates an empty ring. */
export function createRing(spare: Spare): Ring {
  let entries: Entry[] = [];
  let characters = 0;
  let floor = 0;
  /** True if older entries were prepended since the last `narrow`. */
  let widened = false;
  /** The characters that the ring has taken from the spare. */
  let taken = 0;

  function tooMuch({ entries: most, characters: mostCharacters }: typeof usual): boolean {
    return entries.length > most || (characters > mostCharacters && entries.length > 1);
  }

  function charge(): void {
    const cost = widened && tooMuch(usual) ? characters + entries.length * entryCharacters : 0;
    spare.characters -= cost - taken;
    taken = cost;
  }

  function trim(): void {
    charge();
    while (tooMuch(usual) && (!widened || spare.characters < 0 || tooMuch(wide))) {
      const oldest = entries.shift();
      if (oldest !== undefined) characters -= textOf(oldest);
      charge();
    }
  }

  return {
    push(entry) {
      entries.push(entry);
      characters += textOf(entry);
      trim();
    },
    after(seq) {
      const first = entries[0];
      return first === undefined || first.seq > seq + 1 ? null : entries.slice(seq + 1 - first.seq);
    },
    at: (seq) => entries[seq - (entries[0]?.seq ?? seq)],
    precede(older, lastSeq) {
      const before = (entries[0]?.seq ?? lastSeq + 1) - 1;
      const end = older.findLastIndex(({ seq }) => seq === before);
      if (end < 0) return;
      widened = true;
      const added = older.slice(0, end + 1).filter(({ seq }) => seq > floor);
      entries = [...added, ...entries];
      for (const entry of added) characters += textOf(entry);
      trim();
    },
    recall({ at, data: { messageSeq } }) {
      const place = messageSeq - (entries[0]?.seq ?? messageSeq);
      const entry = entries[place];
      if (entry?.type !== 'MessageSent') return;
      characters -= textOf(entry);
      entries[place] = recalledMessage(entry, at);
      charge();
    },
    forget(untilSeq) {
      floor = Math.max(floor, untilSeq);
      const kept = entries.filter(({ seq }) => seq > untilSeq);
      if (kept.length === entries.length) return;
      entries = kept;
      characters = kept.reduce((sum, entry) => sum + textOf(entry), 0);
      charge();
    },
    revoke({ data: { noticeId } }) {
      const place = entries.findIndex((entry) => entry.type === 'NoticePosted' && entry.data.noticeId === noticeId);
      const entry = entries[place];
      if (entry !== undefined) entries[place] = { ...entry };
    },
    narrow() {
      widened = false;
      trim();
    },
    clear() {
      entries = [];
      characters = 0;
      trim();
    },
  };
}
