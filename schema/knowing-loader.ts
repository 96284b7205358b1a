import DataLoader from 'dataloader';

/**
 * A loader that returns values it was given without a promise. So an event whose hint brought all its data is rendered in the turn of the
 * event loop in which the hint arrives.
 */
export class KnowingLoader<K, V> extends DataLoader<K, V> {
  readonly #known = new Map<K, V>();

  /** Sets the value of a key, replacing what was read before. */
  learn(key: K, value: V): this {
    this.clear(key).prime(key, value);
    this.#known.set(key, value);
    return this;
  }

  /** Returns what `load` resolves to, without a promise if it was given by `learn`. */
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
