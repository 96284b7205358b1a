import type { Bus, OnMessage } from './bus.ts';

/**
 * A bus whose node hears by itself what the bus has given up: while it is away, those who are connected to the node that says something are told at once. Who cannot know whether a
 * message went out may hear it twice: a hint that comes again says nothing new.
 */
export function withOwnEar(bus: Bus): Bus {
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
    async publish(topic, message) {
      const isSent = await bus.publish(topic, message);
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
