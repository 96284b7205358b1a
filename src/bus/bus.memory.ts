import type { Bus, OnMessage, Unsubscribe } from './bus.ts';

/**
 * Creates a bus within this process. Nothing is lost, so `onGap` never calls. A message is delivered in the microtask after its publish.
 */
export function createMemoryBus(): Bus {
  const listeners = new Map<string, OnMessage>();

  // Declared async like bus.redis.ts: a caller that forgets to await fails on both.
  async function subscribe(topic: string, onMessage: OnMessage): Promise<Unsubscribe> {
    if (listeners.has(topic)) throw new Error(`topic ${topic} is subscribed already`);
    // Wrapped, so that an old Unsubscribe never ends a later subscription with the same function.
    const listener: OnMessage = (message) => onMessage(message);
    listeners.set(topic, listener);
    return () => {
      if (listeners.get(topic) === listener) listeners.delete(topic);
    };
  }

  // Not in the caller's stack: a listener that publishes would be heard before the message that made it publish.
  async function publish(topic: string, message: string): Promise<boolean> {
    await null;
    listeners.get(topic)?.(message);
    return true;
  }

  return {
    subscribe,
    publish,
    onGap: () => () => {},
    healthy: true,
    [Symbol.asyncDispose]: async () => listeners.clear(),
  };
}
