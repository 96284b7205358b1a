/** Goes round a collection again and again, a part at a time. What comes and goes meanwhile is met on the way, or the next time. */
export class Round<T> {
  readonly #all: { readonly size: number; readonly keys: () => Iterator<T> };
  #rest: Iterator<T>;

  constructor(all: { readonly size: number; readonly keys: () => Iterator<T> }) {
    this.#all = all;
    this.#rest = all.keys();
  }

  /** The next of so many parts that are about alike; where it ends the round, the next part begins another. */
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
