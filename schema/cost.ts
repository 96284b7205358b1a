import { ChatError } from '../src/errors.ts';

/** What a page counts as, in fields: each is a read of its own, of 0.15 ms on MariaDB and 0.25 ms on SQLite. Measured: 19,000 pages. */
export const pageCost = 50;
// A field takes some 4 µs with what is read for it (50 conversations with 50 messages each), so this is about a second, in which a node with
// SQLite serves nobody else.
const mostFields = 250_000;

/**
 * Counts what an operation costs while it is resolved, in fields. Validation only knows how long pages are at most, and nothing of other
 * lists: if they counted in full, what clients read at a start would be refused.
 */
export class Cost {
  #fields = 0;
  #excess: ChatError | null = null;

  /** The fields that were resolved so far. */
  get fields(): number {
    return this.#fields;
  }

  /** The error for an operation that has cost too much: BAD_USER_INPUT. Null as long as it has not. */
  get excess(): ChatError | null {
    if (this.#fields <= mostFields) return null;
    this.#excess ??= new ChatError(
      'BAD_USER_INPUT',
      `This operation resolves more than ${mostFields} fields, of which each page counts as ${pageCost}. Request less at a time.`,
    );
    return this.#excess;
  }

  /** Counts fields that are about to be resolved. */
  add(fields: number): void {
    this.#fields += fields;
  }
}
