import type { Bus, OnMessage, Unsubscribe } from './bus.ts';

/** A bus within this process: nothing is lost, so `onGap` never calls. A message is heard in the microtask after its publish. */
export function createMemoryBus(): Bus {
  const listeners = new Map<string, OnMessage>();

  // Declared async like its sibling: a caller that forgets to await fails on both.
  async function subscribe(topic: string, onMessage: OnMessage): Promise<Unsubscribe> {
    if (listeners.has(topic)) throw new Error(`topic ${topic} is subscribed already`);
    // Wrapped, so that an old Unsubscribe never ends a later subscription with the same function.
    const listener: OnMessage = (message) => onMessage(message);
    listeners.set(topic, listener);
    return () => {
      if (listeners.get(topic) === listener) listeners.delete(topic);
    };
  }

  // Not within the caller's own stack: a listener that publishes would otherwise be heard before the message that made it do so.
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
