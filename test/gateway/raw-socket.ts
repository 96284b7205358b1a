import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A message of graphql-transport-ws, as it is sent. */
export interface Message {
  readonly type: string;
  readonly id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into payloads of every kind
  readonly payload?: any;
}

/** A WebSocket below the protocol, one frame at a time. It can do what no well-behaved client does. */
export interface RawSocket {
  /** Sends a message, a text that need not be one, or bytes in a binary frame. */
  send(frame: Message | string | Uint8Array): void;
  /** The next message. Rejects if the socket closes first. */
  next(): Promise<Message>;
  /** Sends connection_init and waits for connection_ack. */
  init(payload?: Readonly<Record<string, unknown>>): Promise<void>;
  subscribe(id: string, query: string, variables?: Readonly<Record<string, unknown>>): void;
  /** Resolves when nothing is in transit any more: sends a ping, whose pong must be the next message. */
  quiet(): Promise<void>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  close(): void;
  /** Disconnects without a close frame. */
  terminate(): void;
  readonly socket: WebSocket;
}

/** Opens a raw socket to a node’s /graphql. */
export async function openRaw(
  url: string,
  protocol: string | readonly string[] = 'graphql-transport-ws',
  headers: Readonly<Record<string, string>> = {},
): Promise<RawSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, [protocol].flat(), { headers });
  const arrived: Message[] = [];
  const waiting: PromiseWithResolvers<Message>[] = [];
  const closed = Promise.withResolvers<{ readonly code: number; readonly reason: string }>();
  let pings = 0;
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message;
    const first = waiting.shift();
    if (first) first.resolve(message);
    else arrived.push(message);
  });
  socket.on('close', (code, reason) => {
    closed.resolve({ code, reason: String(reason) });
    for (const { reject } of waiting) reject(new Error(`the socket closed with ${code} ${reason}`));
  });
  await once(socket, 'open');

  async function next(): Promise<Message> {
    const first = arrived.shift();
    if (first) return first;
    const wait = Promise.withResolvers<Message>();
    waiting.push(wait);
    return await wait.promise;
  }

  function send(frame: Message | string | Uint8Array): void {
    socket.send(typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame));
  }

  return {
    send,
    next,
    async init(payload) {
      send({ type: 'connection_init', ...(payload && { payload }) });
      const { type } = await next();
      if (type !== 'connection_ack') throw new Error(`connection_init was answered by ${type}`);
    },
    subscribe: (id, query, variables = {}) => send({ type: 'subscribe', id, payload: { query, variables } }),
    async quiet() {
      pings += 1;
      send({ type: 'ping', payload: { pings } });
      const message = await next();
      if (message.type !== 'pong' || message.payload.pings !== pings) throw new Error(`not quiet: ${JSON.stringify(message)}`);
    },
    closed: closed.promise,
    close: () => socket.close(1000),
    terminate: () => socket.terminate(),
    socket,
  };
}
