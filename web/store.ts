/** A value that changes, and those who are told so: what React's `useSyncExternalStore` takes. */
export interface Store<T> {
  get(): T;
  set(next: T): void;
  /** Calls after each change; what it answers ends that. */
  subscribe(listener: () => void): () => void;
}

/** Makes one. */
export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
