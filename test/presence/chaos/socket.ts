import WebSocket from 'ws';

/** A minimal graphql-transport-ws client. */
export interface ClientSocket {
  send(message: object): void;
  /** Ends with a close handshake. */
  close(): void;
  /** Ends without one, as when a train enters a tunnel. */
  terminate(): void;
}

/** The callbacks of a socket. `onClose` is called once, and nothing after it. */
export interface SocketHolder {
  onAck(): void;
  onNext(payload: { readonly data?: unknown; readonly errors?: unknown }): void;
  /** The subscription has ended. Clients here never end it themselves. */
  onEnd(message: string): void;
  onClose(code: number, reason: string): void;
}

/** The options of a connection. */
export interface SocketOptions {
  readonly url: string;
  readonly token: string;
  /** A node that is silent for this many ms counts as dead. Null: never, once it has acknowledged the connection. */
  readonly silenceMs: number | null;
}

// Several pings within the shortest silence that any client accepts.
const pingMs = 250;
// A paused node accepts connections and does not acknowledge them.
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
  // The close event says what is wrong with the connection.
  socket.on('error', () => undefined);
  socket.on('close', (code, reason) => {
    clearInterval(pulse);
    holder.onClose(code, String(reason));
  });
  return { send, close: () => socket.close(1000), terminate: () => socket.terminate() };
}
