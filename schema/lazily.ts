/** Functions that make the properties of an object, from its parts and, if they need other properties, the object itself. */
export type Makers<T extends object, P> = { readonly [K in keyof T]: (parts: P, self: T) => T[K] };

/**
 * Defines a kind of object whose properties are made on first use and kept. An object of thirty properties, most of them never used, costs
 * no more than the used ones.
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
