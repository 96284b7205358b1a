/**
 * Iterates over a collection again and again, one part at a time. Elements that are added or removed meanwhile are seen in this round or in
 * the next.
 */
export class Round<T> {
  readonly #all: { readonly size: number; readonly keys: () => Iterator<T> };
  #rest: Iterator<T>;

  constructor(all: { readonly size: number; readonly keys: () => Iterator<T> }) {
    this.#all = all;
    this.#rest = all.keys();
  }

  /** Returns the next of `parts` parts of roughly equal size. The part that ends a round may be shorter. */
  part(parts: number): readonly T[] {
    const part: T[] = [];
    for (let left = Math.ceil(this.#all.size / parts); left > 0; left -= 1) {
      const next = this.#rest.next();
      if (next.done) {
        this.#rest = this.#all.keys();
        break;
      }
      part.push(next.value);
    }
    return part;
  }
}
