import type { BusDriver } from 'bentocache/types';
import type { Bus } from '../bus/index.ts';

// One for all: what is forgotten is little.
const topic = 'cache';

type Heard = Parameters<Parameters<BusDriver['subscribe']>[1]>[0];

/** What the caches of the nodes tell each other, over the bus that the nodes have already. Throws ChatError UNAVAILABLE where it is not acknowledged. */
export async function openTransport(bus: Bus): Promise<BusDriver> {
  let id = '';
  let tell: ((heard: Heard) => void) | undefined;
  const leave = await bus.subscribe(topic, (message) => {
    const { from, payload } = JSON.parse(message);
    if (from !== id) tell?.(payload);
  });
  const transport: BusDriver = {
    setId(own) {
      id = own;
      return transport;
    },
    publish: async (_channel, payload) => void (await bus.publish(topic, JSON.stringify({ from: id, payload }))),
    async subscribe(_channel, handler) {
      tell = handler as (heard: Heard) => void;
    },
    async unsubscribe() {
      leave();
    },
    async disconnect() {
      leave();
    },
    // The bus says for itself when something was lost.
    onReconnect() {},
  };
  return transport;
}
