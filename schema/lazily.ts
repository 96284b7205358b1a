/** Makes what an object has by each name, of what it is made of and, where it needs another of its parts, of the object. */
export type Makers<T extends object, P> = { readonly [K in keyof T]: (parts: P, self: T) => T[K] };

/**
 * Defines a kind of object whose properties are made when they are first asked for, and kept: an object of thirty of which most are
 * never asked for costs no more than those that are.
 */
export function lazily<T extends object, P>(makers: Makers<T, P>): (parts: P) => T {
  class Lazy {
    readonly #made: Partial<T> = {};
    readonly #parts: P;

    constructor(parts: P) {
      this.#parts = parts;
    }

    static {
      for (const name of Object.keys(makers) as (keyof T)[]) {
        Object.defineProperty(Lazy.prototype, name, {
          get(this: Lazy & T) {
            this.#made[name] ??= makers[name](this.#parts, this);
            return this.#made[name];
          },
        });
      }
    }
  }
  return (parts) => new Lazy(parts) as Lazy & T;
}
