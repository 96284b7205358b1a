import type { BusDriver } from 'bentocache/types';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Bus } from '../bus/index.ts';
import { createIgnoredReports } from '../ignored-data.ts';
import { readJson } from '../read-json.ts';

// One topic for all kinds: invalidations are few.
const topic = 'cache';

// The payload is the library's own format. It is checked, because an exception inside the library would end the process.
const hint = z.object({ from: z.string(), payload: z.looseObject({ type: z.string(), keys: z.array(z.string()) }) });

type Heard = z.output<typeof hint>['payload'];

/**
 * Opens the library's transport for invalidations over the nodes' bus. Throws ChatError UNAVAILABLE if the subscription is not
 * acknowledged.
 */
export async function openTransport({ bus, logger }: { readonly bus: Bus; readonly logger: Logger }): Promise<BusDriver> {
  const complain = createIgnoredReports(logger, 'what another node said that it forgets could not be read and was ignored');
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
    // Not used: the bus reports gaps itself.
    onReconnect() {},
  };
  return transport;
}
