/** Gates at which a resolver waits until the test opens them. */
export interface Gates {
  /** Resolves when a resolver has reached the gate. */
  reached(name: string): Promise<void>;
  /** Whether a resolver has reached the gate so far. */
  isReached(name: string): boolean;
  /** Lets all resolvers through that wait at the gate or come to it. */
  open(name: string): void;
  /** Resolves when the gate is open. */
  opened(name: string): Promise<void>;
  /** For resolvers: reports that it has reached the gate, and waits. */
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
