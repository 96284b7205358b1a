import type { Bus, OnMessage } from './bus.ts';

/**
 * Wraps a bus so that this node receives its own messages even when the bus gives them up. While the bus is down, clients of the node that
 * stores something still receive it at once (decision 64). If it is unknown whether a message went out, this node may receive it twice,
 * unless it is published with `once`: then it may not receive it at all.
 */
export function withLocalEcho(bus: Bus): Bus {
  const heard = new Map<string, OnMessage>();
  return {
    async subscribe(topic, onMessage) {
      const unsubscribe = await bus.subscribe(topic, onMessage);
      heard.set(topic, onMessage);
      return () => {
        if (heard.get(topic) === onMessage) heard.delete(topic);
        unsubscribe();
      };
    },
    async publish(topic, message, options) {
      const isSent = await bus.publish(topic, message, options);
      if (!isSent) heard.get(topic)?.(message);
      return isSent;
    },
    onGap: (listener) => bus.onGap(listener),
    get healthy() {
      return bus.healthy;
    },
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}
