import type { Head, Verdict } from './append.ts';
import type { Entry } from './entry.ts';
import { formatHint } from './hint.ts';

/** The hints of an append's entries. They are formatted once, and can be formatted before they are needed. */
export class Hints {
  readonly #verdict: Verdict<unknown>;
  readonly #entries: readonly Entry[];
  readonly #heads: readonly Head[];
  #texts: readonly string[] | undefined;

  /** `heads`: the head of each entry's stream with that entry. */
  constructor(verdict: Verdict<unknown>, entries: readonly Entry[], heads: readonly Head[]) {
    this.#verdict = verdict;
    this.#entries = entries;
    this.#heads = heads;
  }

  /** Returns the hints as bus text, in the order of the entries; none if the verdict is silent. Throws what Verdict.along throws. */
  texts(): readonly string[] {
    this.#texts ??= this.#verdict.silent ? [] : this.#entries.map((entry, place) => this.#format(entry, this.#heads[place]));
    return this.#texts;
  }

  #format(entry: Entry, head: Head | undefined): string {
    return formatHint({ kind: 'entry', entry, along: head && this.#verdict.along?.(entry, head) });
  }
}
