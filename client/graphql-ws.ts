import { type Client, type ClientOptions, createClient } from 'graphql-ws';

/** Where a socket goes, and as whom. */
export interface SocketOptions extends Omit<ClientOptions, 'connectionParams' | 'retryAttempts' | 'shouldRetry' | 'retryWait' | 'lazy'> {
  /** A fresh access token each time one is asked for; null: nobody is signed in. What it throws is taken for a network that failed. */
  readonly token: () => Promise<string | null> | string | null;
  /** How long a socket may take to open, in ms. Default: ten seconds. */
  readonly openMs?: number | undefined;
}

// The server's own pings are as far apart; what has not answered five seconds later is gone.
const pingMs = 12_000;
const pongMs = 5_000;
// A server that is there opens a socket, and acknowledges, within moments.
const usualOpenMs = 10_000;
const ackMs = 10_000;

/** As much of a WebSocket as is needed. */
interface Sending {
  send(text: string): void;
}

/** As much of a WebSocket's class as is needed. */
type Sockets = new (
  url: string,
  protocols?: string | string[],
) => { close(): void; addEventListener(type: 'open' | 'close', listener: () => void): void };

/**
 * A client of graphql-ws that leaves coming back to who follows: it does not retry by itself, as it would repeat the positions it began with. It takes a
 * connection that does not answer its pings for lost, which graphql-ws leaves to others. `url`: `wss://…/graphql`. In Node below 22 give
 * `webSocketImpl` (the package `ws`).
 */
export function createSocketClient({ token, on, keepAlive = pingMs, openMs = usualOpenMs, ...options }: SocketOptions): Client {
  let awaited: ReturnType<typeof setTimeout> | undefined;
  let open: { readonly socket: Sending; bearer: string | null } | undefined;
  let brought: string | null = null;

  /** Brings the next access token once there is one: the server then leaves the socket open, and what is under way on it. */
  async function renew(): Promise<void> {
    const at = open;
    // A socket that began signed out stays so, and who gives tokens need not be asked for one at each ping.
    if (at === undefined || at.bearer === null) return;
    const bearer = await Promise.resolve()
      .then(token)
      .catch(() => null);
    if (at !== open || bearer === null || bearer === at.bearer) return;
    at.bearer = bearer;
    at.socket.send(JSON.stringify({ type: 'ping', payload: { authorization: `Bearer ${bearer}` } }));
  }

  const client = createClient({
    connectionAckWaitTimeout: ackMs,
    ...options,
    webSocketImpl: impatient((options.webSocketImpl ?? globalThis.WebSocket) as Sockets | undefined, openMs),
    lazy: true,
    retryAttempts: 0,
    keepAlive,
    async connectionParams() {
      brought = await token();
      return brought === null ? {} : { authorization: `Bearer ${brought}` };
    },
    on: {
      ...on,
      connected(socket, payload, wasRetry) {
        open = { socket: socket as Sending, bearer: brought };
        on?.connected?.(socket, payload, wasRetry);
      },
      ping(received, payload) {
        if (!received) void renew();
        if (!received) awaited = setTimeout(() => client.terminate(), Math.min(keepAlive, pongMs));
        on?.ping?.(received, payload);
      },
      pong(received, payload) {
        if (received) clearTimeout(awaited);
        on?.pong?.(received, payload);
      },
      closed(event) {
        open = undefined;
        clearTimeout(awaited);
        on?.closed?.(event);
      },
    },
  });
  return client;
}

/** The same, which give up on a server that takes a connection and says nothing: graphql-ws would wait for them to open, and browsers do so for minutes, Node for ever. */
function impatient(Impl: Sockets | undefined, openMs: number): Sockets | undefined {
  if (Impl === undefined) return undefined;
  return class extends Impl {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols);
      const timer = setTimeout(() => this.close(), openMs);
      for (const type of ['open', 'close'] as const) this.addEventListener(type, () => clearTimeout(timer));
    }
  };
}
