import type { BusDriver } from 'bentocache/types';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Bus } from '../bus/index.ts';
import { createComplaints } from '../complaint.ts';
import { readJson } from '../read-json.ts';

// One for all: what is forgotten is little.
const topic = 'cache';

// What is told is the library's own; what it trips over would end the node.
const hint = z.object({ from: z.string(), payload: z.looseObject({ type: z.string(), keys: z.array(z.string()) }) });

type Heard = z.output<typeof hint>['payload'];

/** What the caches of the nodes tell each other, over the bus that the nodes have already. Throws ChatError UNAVAILABLE where it is not acknowledged. */
export async function openTransport({ bus, logger }: { readonly bus: Bus; readonly logger: Logger }): Promise<BusDriver> {
  const complain = createComplaints(logger, 'what another node said that it forgets could not be read and was ignored');
  let id = '';
  let tell: ((heard: Heard) => void) | undefined;
  const leave = await bus.subscribe(topic, (message) => {
    const { data } = hint.safeParse(readJson(message));
    if (data === undefined) complain(topic);
    else if (data.from !== id) tell?.(data.payload);
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
