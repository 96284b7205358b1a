import { openWire, type WireSocket } from './wire.ts';

/** What a member's socket is opened with. */
export interface MemberOptions {
  readonly port: number;
  readonly token: string;
  /** Six digits: the operation id of its subscription. */
  readonly id: string;
  /** A subscription as graphql-ws takes it; without one the member is connected and no more. */
  readonly subscription?: object | undefined;
  /** A frame with this in it says that the subscription is live; without it the acknowledgment of the connection has to do. */
  readonly ready?: string | undefined;
  /** An event's payload, valid during the call only. */
  readonly onEvent: (bytes: Buffer, start: number, end: number) => void;
}

/** A member's socket: it receives what the member is subscribed to, and sends as a client does, on the same connection. */
export interface MemberSocket extends Disposable {
  /** Runs a mutation, given as JSON, and resolves with its result. */
  mutate(payload: string): Promise<unknown>;
}

interface Answer {
  readonly id: string;
  readonly type: 'next' | 'error' | 'complete';
  readonly payload?: unknown;
}

// Where an operation's id begins in a frame, and the letter that ours for mutations begin with.
const idAt = '{"id":"'.length;
const letter = 'm'.charCodeAt(0);

function beginsWith(head: Buffer, bytes: Buffer, start: number, end: number): boolean {
  return end - start >= head.length && bytes.compare(head, 0, head.length, start, start + head.length) === 0;
}

/** Opens a member's socket, and subscribes; resolves when it is live as far as the server says. Whatever is not meant for it is thrown. */
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
