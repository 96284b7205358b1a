import { type Sharing, takeBatch } from './batch.ts';

/** What the next commit takes, until it has ended. */
interface Turn<A> {
  readonly taken: readonly A[];
  /** Lets others have the streams. */
  readonly end: () => void;
}

interface Parts<A> {
  /** Of one commit. */
  readonly limit: number;
  readonly sharing: (append: A) => Sharing;
  readonly isGone: (append: A) => boolean;
}

// While one commit waits for the database, Node can prepare another: more than two would have nothing to use.
const atOnce = 2;
// … but each has statements of its own to be made, sent and synced. Two halves came to 1.2 times as many messages a second with 512 in flight, and with 256 to as many, for a fifth more
// of CPU each.
const company = 128;

/** The appends that wait for a commit, first come first served. Where many wait, two commits go on at a time, on streams of which no two are the same. */
export class Line<A> {
  readonly #parts: Parts<A>;
  readonly #held = new Set<bigint>();
  #waiting: A[] = [];
  #turns = 0;
  // All who wait want streams that a commit has. To find that out again for each that comes would cost more than the commit, where thousands wait.
  #allHeld = false;

  constructor(parts: Parts<A>) {
    this.#parts = parts;
  }

  push(append: A): void {
    this.#waiting.push(append);
    if (this.#allHeld) this.#allHeld = this.#parts.sharing(append).lock.some((id) => this.#held.has(id));
  }

  /** Whether one more commit should begin. */
  get calls(): boolean {
    const many = this.#waiting.length;
    return many > 0 && (this.#turns === 0 || (this.#turns < atOnce && many >= company && !this.#allHeld));
  }

  /** Takes what the next commit is to have. Nothing, where another has all the streams (when that ends, the line calls again), or where everybody has gone. */
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

/** Of any ids about every other: where a server gives out every second number only, all would be odd, or none. */
function isOdd(id: bigint): boolean {
  return BigInt.asUintN(32, id * 0x9e37_79b1n) >> 31n === 1n;
}
