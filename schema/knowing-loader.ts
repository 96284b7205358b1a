import DataLoader from 'dataloader';

/** A loader that hands out what it has been told at once, and not by a promise: an event whose hint brought all it shows is made within the turn that brings it. */
export class KnowingLoader<K, V> extends DataLoader<K, V> {
  readonly #known = new Map<K, V>();

  /** From here on this is what it says of the key, whatever was read of it. */
  learn(key: K, value: V): this {
    this.clear(key).prime(key, value);
    this.#known.set(key, value);
    return this;
  }

  /** What `load` resolves to; without waiting where it was told. */
  get(key: K): V | Promise<V> {
    const known = this.#known.get(key);
    return known === undefined ? this.load(key) : known;
  }

  override clear(key: K): this {
    this.#known.delete(key);
    return super.clear(key);
  }

  override clearAll(): this {
    this.#known.clear();
    return super.clearAll();
  }
}
