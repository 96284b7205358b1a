import WebSocket from 'ws';

/** A connection of a client that speaks graphql-transport-ws and nothing more than it must. */
export interface ClientSocket {
  send(message: object): void;
  /** With a goodbye. */
  close(): void;
  /** Without one, as a train enters a tunnel. */
  terminate(): void;
}

/** What its holder does with it. Each is called with what came; `onClose` once, and nothing after it. */
export interface SocketHolder {
  onAck(): void;
  onNext(payload: { readonly data?: unknown; readonly errors?: unknown }): void;
  /** What was subscribed has ended: of the client's own choice it never does. */
  onEnd(message: string): void;
  onClose(code: number, reason: string): void;
}

/** How a client connects. */
export interface SocketOptions {
  readonly url: string;
  readonly token: string;
  /** A node that has said nothing for so many ms is taken for dead; null: never, once it has acknowledged. */
  readonly silenceMs: number | null;
}

// Several signs of life within the shortest silence that anybody bears.
const pingMs = 250;
// A node that is paused takes connections, and acknowledges none.
const ackMs = 2_000;

/** Connects a client. */
export function openSocket({ url, token, silenceMs }: SocketOptions, holder: SocketHolder): ClientSocket {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { handshakeTimeout: ackMs });
  let heardAt = performance.now();
  let acknowledged = false;
  const pulse = setInterval(() => {
    const bears = acknowledged ? silenceMs : ackMs;
    if (bears !== null && performance.now() - heardAt > bears) socket.terminate();
    else if (acknowledged && bears !== null && socket.readyState === WebSocket.OPEN) send({ type: 'ping' });
  }, pingMs);

  function send(message: object): void {
    socket.send(JSON.stringify(message));
  }

  function receive(text: string): void {
    heardAt = performance.now();
    const { type, payload } = JSON.parse(text);
    if (type === 'connection_ack') {
      acknowledged = true;
      holder.onAck();
    } else if (type === 'next') holder.onNext(payload);
    else if (type === 'ping') send({ type: 'pong' });
    else if (type !== 'pong') holder.onEnd(text);
  }

  socket.on('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  socket.on('message', (message) => receive(String(message)));
  // What is wrong with the connection shows in its close.
  socket.on('error', () => undefined);
  socket.on('close', (code, reason) => {
    clearInterval(pulse);
    holder.onClose(code, String(reason));
  });
  return { send, close: () => socket.close(1000), terminate: () => socket.terminate() };
}
