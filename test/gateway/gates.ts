/** Places where a resolver waits until the test lets it go on. */
export interface Gates {
  /** Resolves when somebody has reached the gate. */
  reached(name: string): Promise<void>;
  /** Whether anybody has reached it so far. */
  isReached(name: string): boolean;
  /** Lets all through who wait at the gate or come to it. */
  open(name: string): void;
  /** Resolves when the gate is open. */
  opened(name: string): Promise<void>;
  /** For resolvers: says that it is there, and waits. */
  pass(name: string): Promise<void>;
}

/** Makes gates, all closed. */
export function createGates(): Gates {
  const gates = new Map<string, { readonly reached: PromiseWithResolvers<void>; readonly opened: PromiseWithResolvers<void> }>();
  function gate(name: string) {
    const found = gates.get(name) ?? { reached: Promise.withResolvers<void>(), opened: Promise.withResolvers<void>() };
    gates.set(name, found);
    return found;
  }
  const passed = new Set<string>();
  return {
    isReached: (name) => passed.has(name),
    reached: (name) => gate(name).reached.promise,
    open: (name) => gate(name).opened.resolve(),
    opened: (name) => gate(name).opened.promise,
    async pass(name) {
      passed.add(name);
      gate(name).reached.resolve();
      await gate(name).opened.promise;
    },
  };
}
