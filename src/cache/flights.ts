/**
 * Reads in progress, at most one per key. Later callers share the read, unless the key was invalidated since: then the read started too
 * early and its result may be out of date.
 */
export class Flights {
  readonly #current = new Map<string, Promise<unknown>>();
  /** How many reads of a key are still in progress that started before its invalidation. */
  readonly #late = new Map<string, number>();

  /** Returns the read of a key that is in progress, or starts one. */
  share<T>(key: string, begin: () => Promise<T>): Promise<T> {
    const known = this.#current.get(key);
    // A key belongs to one kind, and all reads of a kind have the same type.
    if (known !== undefined) return known as Promise<T>;
    const flight: Promise<T> = begin().finally(() => {
      if (this.#current.get(key) === flight) this.#current.delete(key);
      else this.#landed(key);
    });
    this.#current.set(key, flight);
    return flight;
  }

  /** Invalidates a key: later callers do not share a read that is in progress. */
  forget(key: string): void {
    if (this.#current.delete(key)) this.#late.set(key, (this.#late.get(key) ?? 0) + 1);
  }

  /** Invalidates all keys. */
  forgetAll(): void {
    for (const key of [...this.#current.keys()]) this.forget(key);
  }

  /** Returns whether a result may be cached. False while a read that started before an invalidation is in progress. */
  mayKeep(key: string): boolean {
    return !this.#late.has(key);
  }

  #landed(key: string): void {
    const left = (this.#late.get(key) ?? 0) - 1;
    if (left > 0) this.#late.set(key, left);
    else this.#late.delete(key);
  }
}
