import { openWire, type WireSocket } from './wire.ts';

/** The options of a member's socket. */
export interface MemberOptions {
  readonly port: number;
  readonly token: string;
  /** Six digits: the operation id of its subscription. */
  readonly id: string;
  /** A subscription as graphql-ws takes it. Without one the member is only connected. */
  readonly subscription?: object | undefined;
  /** A frame that contains this text says that the subscription is live. Without it, the acknowledgment of the connection counts. */
  readonly ready?: string | undefined;
  /** Called with an event's payload, which is valid during the call only. */
  readonly onEvent: (bytes: Buffer, start: number, end: number) => void;
}

/** A member's socket. It receives the member's subscription, and sends on the same connection, as a client does. */
export interface MemberSocket extends Disposable {
  /** Runs a mutation, given as JSON, and resolves with its result. */
  mutate(payload: string): Promise<unknown>;
}

interface Answer {
  readonly id: string;
  readonly type: 'next' | 'error' | 'complete';
  readonly payload?: unknown;
}

// Where an operation's id begins in a frame, and the first letter of our ids for mutations.
const idAt = '{"id":"'.length;
const letter = 'm'.charCodeAt(0);

function beginsWith(head: Buffer, bytes: Buffer, start: number, end: number): boolean {
  return end - start >= head.length && bytes.compare(head, 0, head.length, start, start + head.length) === 0;
}

/**
 * Opens a member's socket and subscribes. Resolves when it is live as far as the server says. Throws at any frame that is not meant for it.
 */
export async function openMember({ port, token, id, subscription, ready, onEvent }: MemberOptions): Promise<MemberSocket> {
  const head = Buffer.from(`{"id":"${id}","type":"next","payload":`);
  const waiting = new Map<string, PromiseWithResolvers<unknown>>();
  const live = Promise.withResolvers<void>();
  let begun = false;
  let over = false;
  let mutations = 0;

  function settle({ id: operation, type, payload }: Answer): void {
    if (type === 'complete') return;
    const waiter = waiting.get(operation);
    waiting.delete(operation);
    if (type === 'next') waiter?.resolve(payload);
    else waiter?.reject(new Error(`refused: ${JSON.stringify(payload)}`));
  }

  function greet(text: string): void {
    if (!text.includes('"connection_ack"')) throw new Error(`member ${id} got what is not its own: ${text.slice(0, 300)}`);
    if (subscription !== undefined) socket.send(JSON.stringify({ id, type: 'subscribe', payload: subscription }));
    if (ready === undefined) live.resolve();
  }

  const socket: WireSocket = openWire({
    port,
    path: '/graphql',
    protocol: 'graphql-transport-ws',
    onOpen: () => socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })),
    onFrame(bytes, start, end) {
      if (bytes[start + idAt] === letter) return settle(JSON.parse(bytes.toString('utf8', start, end)));
      if (!beginsWith(head, bytes, start, end)) return greet(bytes.toString('utf8', start, end));
      if (!begun && ready !== undefined) {
        if (!bytes.subarray(start, end).includes(ready)) throw new Error(`member ${id} got an event before it was live`);
        begun = true;
        return live.resolve();
      }
      // The payload ends before the brace that ends the frame.
      onEvent(bytes, start + head.length, end - 1);
    },
    onClose(why) {
      if (!over) throw new Error(`member ${id}: ${why}`);
    },
  });
  await live.promise;
  return {
    mutate(payload) {
      const operation = `m${mutations++}`;
      const waiter = Promise.withResolvers<unknown>();
      waiting.set(operation, waiter);
      socket.send(`{"id":"${operation}","type":"subscribe","payload":${payload}}`);
      return waiter.promise;
    },
    [Symbol.dispose]() {
      over = true;
      socket.destroy();
    },
  };
}
