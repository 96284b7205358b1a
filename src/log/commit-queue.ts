import { type Sharing, takeBatch } from './batch.ts';

/** The appends of the next commit, which hold their streams until `end` is called. */
interface Turn<A> {
  readonly taken: readonly A[];
  /** Releases the streams to other commits. */
  readonly end: () => void;
}

interface Parts<A> {
  /** Maximum number of appends in one commit. */
  readonly limit: number;
  readonly sharing: (append: A) => Sharing;
  readonly isGone: (append: A) => boolean;
}

// While one commit waits for the database, Node can prepare another. A third would find nothing to use.
const atOnce = 2;
// A second commit has statements of its own to make, send and sync. With 512 appends in flight, two halves stored 1.2 times as many
// messages a second. With 256 they stored as many as one commit, for a fifth more CPU each.
const company = 128;

/**
 * The appends that wait for a commit, first come, first served. Where many wait, two commits run at a time, and they have no stream in
 * common.
 */
export class CommitQueue<A> {
  readonly #parts: Parts<A>;
  readonly #held = new Set<bigint>();
  #waiting: A[] = [];
  #turns = 0;
  // True if every waiting append needs a stream that a commit holds. Without this flag each arrival would repeat the search, which costs
  // more than the commit where thousands wait.
  #allHeld = false;

  constructor(parts: Parts<A>) {
    this.#parts = parts;
  }

  push(append: A): void {
    this.#waiting.push(append);
    if (this.#allHeld) this.#allHeld = this.#parts.sharing(append).lock.some((id) => this.#held.has(id));
  }

  /** Whether another commit should begin. */
  get calls(): boolean {
    const many = this.#waiting.length;
    return many > 0 && (this.#turns === 0 || (this.#turns < atOnce && many >= company && !this.#allHeld));
  }

  /**
   * Takes the appends of the next commit. Takes none if all need streams of another commit (`calls` is true again when that ends) or if no
   * caller waits any more.
   */
  take(): Turn<A> {
    const { limit, sharing, isGone } = this.#parts;
    const present = this.#waiting.filter((append) => !isGone(append));
    const some = (held: (id: bigint) => boolean) => takeBatch(present, limit, sharing, held);
    const half = this.#turns === 0 && present.length >= 2 * company ? some(isOdd) : null;
    const { taken, left } = half !== null && half.taken.length > 0 ? half : some((id) => this.#held.has(id));
    this.#waiting = left;
    this.#allHeld = taken.length === 0;
    if (taken.length === 0) return { taken, end: () => undefined };
    const streams = new Set(taken.flatMap((append) => sharing(append).lock));
    for (const id of streams) this.#held.add(id);
    this.#turns += 1;
    return {
      taken,
      end: () => {
        for (const id of streams) this.#held.delete(id);
        this.#allHeld = false;
        this.#turns -= 1;
      },
    };
  }
}

/**
 * Selects about half of any set of ids. Their last bit would not do: where a server assigns every second number only, all ids are odd or
 * none is.
 */
function isOdd(id: bigint): boolean {
  return BigInt.asUintN(32, id * 0x9e37_79b1n) >> 31n === 1n;
}
