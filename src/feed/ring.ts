import type { Entry } from '../log/index.ts';

/** The newest entries of one stream, bounded by count and by characters of text. */
export interface Ring {
  push(entry: Entry): void;
  /** Everything after `seq` up to the newest, or null if that reaches further back than the ring. */
  after(seq: number): readonly Entry[] | null;
  /** Puts what lies right before the ring, or ends at `lastSeq` if it is empty, in front: the newest of it, as far as there is room. */
  precede(entries: readonly Entry[], lastSeq: number): void;
  clear(): void;
}

// Enough to bridge a cut-over under heavy sending; a node with 10,000 busy channels then holds a few hundred MB at the very most.
const maxEntries = 64;
const maxCharacters = 32_768;

/** Makes an empty ring. */
export function createRing(): Ring {
  let entries: Entry[] = [];
  let characters = 0;

  function size(entry: Entry): number {
    return entry.type === 'MessageSent' ? entry.data.text.length : 0;
  }

  return {
    push(entry) {
      entries.push(entry);
      characters += size(entry);
      while (entries.length > maxEntries || (characters > maxCharacters && entries.length > 1)) {
        const oldest = entries.shift();
        if (oldest !== undefined) characters -= size(oldest);
      }
    },
    after(seq) {
      const first = entries[0];
      return first === undefined || first.seq > seq + 1 ? null : entries.slice(seq + 1 - first.seq);
    },
    precede(older, lastSeq) {
      const before = (entries[0]?.seq ?? lastSeq + 1) - 1;
      const end = older.findLastIndex(({ seq }) => seq === before);
      for (let place = end; place >= 0 && entries.length < maxEntries; place -= 1) {
        const entry = older[place];
        if (entry === undefined || characters + size(entry) > maxCharacters) return;
        entries.unshift(entry);
        characters += size(entry);
      }
    },
    clear() {
      entries = [];
      characters = 0;
    },
  };
}
