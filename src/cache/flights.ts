/**
 * Reads that are under way, one of a key at a time. Whoever asks meanwhile shares it, unless the key was forgotten since: then it began too early, and what
 * it finds may be out of date.
 */
export class Flights {
  readonly #current = new Map<string, Promise<unknown>>();
  /** How many reads of a key are still under way that began before it was forgotten. */
  readonly #late = new Map<string, number>();

  /** The read of a key that is under way, or a new one. */
  share<T>(key: string, begin: () => Promise<T>): Promise<T> {
    const known = this.#current.get(key);
    // A key is of one kind, and what a kind reads is of one type.
    if (known !== undefined) return known as Promise<T>;
    const flight: Promise<T> = begin().finally(() => {
      if (this.#current.get(key) === flight) this.#current.delete(key);
      else this.#landed(key);
    });
    this.#current.set(key, flight);
    return flight;
  }

  /** What is being read of a key is for those only who have asked already. */
  forget(key: string): void {
    if (this.#current.delete(key)) this.#late.set(key, (this.#late.get(key) ?? 0) + 1);
  }

  /** The same of all keys. */
  forgetAll(): void {
    for (const key of [...this.#current.keys()]) this.forget(key);
  }

  /** False while something may come in that was read too early. */
  mayKeep(key: string): boolean {
    return !this.#late.has(key);
  }

  #landed(key: string): void {
    const left = (this.#late.get(key) ?? 0) - 1;
    if (left > 0) this.#late.set(key, left);
    else this.#late.delete(key);
  }
}
