import { type Client, type ClientOptions, createClient } from 'graphql-ws';

/** Options of the socket client: those of graphql-ws, without what it sets itself. */
export interface SocketOptions extends Omit<ClientOptions, 'connectionParams' | 'retryAttempts' | 'shouldRetry' | 'retryWait' | 'lazy'> {
  /**
   * Returns a valid access token, or null if nobody is signed in. Called for each connection. If it throws, that counts as a network
   * failure.
   */
  readonly token: () => Promise<string | null> | string | null;
  /**
   * Returns the signal of the user whose token it is: `() => session.signal`. When it aborts, the socket is closed. Otherwise a socket that
   * is kept open stays that user's, also for what the next user subscribes to.
   */
  readonly signal?: (() => AbortSignal) | undefined;
  /** How long a socket may take to open, in ms. Defaults to 10,000. */
  readonly openMs?: number | undefined;
}

// The same interval as the server's own pings. Without a pong within 5 s the connection counts as lost.
const pingMs = 12_000;
const pongMs = 5_000;
// A server that is reachable opens a socket, and acknowledges it, much faster.
const usualOpenMs = 10_000;
const ackMs = 10_000;

/** The part of a WebSocket that is needed. */
interface Sending {
  send(text: string): void;
}

/** The part of a WebSocket by which graphql-ws hears of its end. */
interface Closing {
  onclose: unknown;
}

/** The part of a WebSocket class that is needed. */
type Sockets = new (
  url: string,
  protocols?: string | string[],
) => { close(): void; addEventListener(type: 'open' | 'close', listener: () => void): void };

/**
 * Creates a graphql-ws client for `followEvents`, `ResumeLink` or `resumeExchange`. It does not retry by itself, because it would repeat
 * its first positions: those retry with their current ones. It closes connections that do not answer pings, which graphql-ws leaves to the
 * application. `url`: `wss://…/graphql`. In Node below 22, pass `webSocketImpl` (the package `ws`).
 */
export function createSocketClient({ token, signal, on, keepAlive = pingMs, openMs = usualOpenMs, ...options }: SocketOptions): Client {
  let owner: AbortSignal | undefined;
  let awaited: ReturnType<typeof setTimeout> | undefined;
  let open: { readonly socket: Sending; bearer: string | null } | undefined;
  let brought: string | null = null;
  let opening: Closing | undefined;

  /** Sends the next access token once there is one, so that the server keeps the socket and its subscriptions open. */
  async function renew(): Promise<void> {
    const at = open;
    // A socket that was opened signed out stays signed out, so no token is needed.
    if (at === undefined || at.bearer === null) return;
    const bearer = await Promise.resolve()
      .then(token)
      .catch(() => null);
    if (at !== open || bearer === null || bearer === at.bearer) return;
    at.bearer = bearer;
    at.socket.send(JSON.stringify({ type: 'ping', payload: { authorization: `Bearer ${bearer}` } }));
  }

  function ended(): void {
    owner?.removeEventListener('abort', client.terminate);
    opening = undefined;
    open = undefined;
    clearTimeout(awaited);
  }

  const client = createClient({
    connectionAckWaitTimeout: ackMs,
    ...options,
    webSocketImpl: impatient((options.webSocketImpl ?? globalThis.WebSocket) as Sockets | undefined, openMs),
    lazy: true,
    retryAttempts: 0,
    keepAlive,
    async connectionParams() {
      const socket = opening;
      owner = signal?.();
      owner?.addEventListener('abort', client.terminate);
      try {
        brought = await token();
      } catch (error) {
        // graphql-ws reports what happens to one socket to its next connection too, which would fail with it.
        if (socket === undefined || socket !== opening) return {};
        socket.onclose = null;
        ended();
        throw error;
      }
      return brought === null ? {} : { authorization: `Bearer ${brought}` };
    },
    on: {
      ...on,
      opened(socket) {
        opening = socket as Closing;
        on?.opened?.(socket);
      },
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
        ended();
        on?.closed?.(event);
      },
    },
  });
  return client;
}

/**
 * The same class, with a time limit for opening. Otherwise, if a server accepts the connection but does not answer, browsers wait for
 * minutes and Node for ever.
 */
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
