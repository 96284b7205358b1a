import type { Bus } from '../../src/bus/index.ts';

/** Wraps a node's bus so that it can be cut off. It then only delivers the node's own messages. */
export function cuttable(bus: Bus): Bus & { cut(): void; mend(): void } {
  const heard = new Map<string, (message: string) => void>();
  const gaps = new Set<() => void>();
  let healthy = true;
  return {
    async subscribe(topic, onMessage) {
      heard.set(topic, onMessage);
      return await bus.subscribe(topic, (message) => {
        if (healthy) onMessage(message);
      });
    },
    async publish(topic, message) {
      if (healthy) return await bus.publish(topic, message);
      heard.get(topic)?.(message);
      return false;
    },
    onGap(listener) {
      gaps.add(listener);
      return () => void gaps.delete(listener);
    },
    get healthy() {
      return healthy;
    },
    cut() {
      healthy = false;
    },
    mend() {
      healthy = true;
      for (const listener of gaps) listener();
    },
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}
