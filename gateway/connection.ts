import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Config } from '../src/config.ts';
import { ChatError } from '../src/errors.ts';
import { sessionOver } from './auth.ts';
import { type Close, closes, fitReason } from './close-codes.ts';
import type { Delivery, Wakeable } from './delivery.ts';
import { createFrames } from './frames.ts';
import type { Logging } from './logger.ts';
import { Outgoing, toBytes } from './outgoing.ts';
import type { Peer } from './peer.ts';
import type { Protocol } from './protocol.ts';
import type { Tick } from './tick.ts';

/** One WebSocket, as the node's keeper of sockets sees it. */
export interface Connection {
  /** Pings; drops the socket if the last ping was not answered. */
  ping(): void;
  /** Waits until its queries and mutations are answered, closes it, and resolves when it is gone. */
  finish(why: Close): Promise<void>;
  /** Ends it at once, without a goodbye. */
  drop(): void;
}

/** What a connection is made of. */
export interface ConnectionParts {
  readonly socket: WebSocket;
  /** What lies below the socket. */
  readonly stream: Duplex;
  readonly tick: Tick;
  readonly config: Pick<Config, 'socketQueueBytes' | 'slowSocketMs'>;
  readonly id: string;
  readonly address: string;
  readonly protocol: Protocol;
  readonly logging: Logging;
}

// A client that sends but does not read makes us hold its answers. No honest one falls this far behind.
const maxUnsentBytes = 16 * 1024 * 1024;

/** Moves a delivery's payloads to a socket, while it takes them. */
class Pump implements Wakeable {
  readonly #head: string;
  readonly #delivery: Delivery;
  readonly #to: { readonly outgoing: Outgoing; readonly behind: Set<Pump> };

  constructor(operation: string, delivery: Delivery, to: { readonly outgoing: Outgoing; readonly behind: Set<Pump> }) {
    this.#head = toBytes(`{"id":${JSON.stringify(operation)},"type":"next","payload":`);
    this.#delivery = delivery;
    this.#to = to;
  }

  wake(): void {
    const { outgoing, behind } = this.#to;
    while (!outgoing.full()) {
      const payload = this.#delivery.poll();
      if (payload === undefined) return;
      outgoing.text(this.#head, payload, '}');
    }
    behind.add(this);
  }
}

/** Lets the protocol speak on a socket, until either side closes it. */
export function createConnection({ socket, stream, tick, config, id, address, protocol, logging }: ConnectionParts): Connection {
  const { logger } = logging;
  /** Deliveries that have more to give than the socket takes. */
  const behind = new Set<Pump>();
  const outgoing = new Outgoing(stream, tick, {
    maxBytes: config.socketQueueBytes,
    stuckMs: config.slowSocketMs,
    onDrained() {
      const pumps = [...behind];
      behind.clear();
      for (const pump of pumps) pump.wake();
    },
    onStuck: () => close(closes.tooSlow),
  });
  const gone = Promise.withResolvers<void>();
  const over = new AbortController();
  let answered = true;

  function isOpen(): boolean {
    return socket.readyState === socket.OPEN;
  }

  function close({ code, reason }: Pick<Close, 'code' | 'reason'>): void {
    if (!isOpen()) return;
    logger.debug({ socket: id, code, reason }, 'closing a socket');
    outgoing.flush();
    socket.close(code, fitReason(reason));
    over.abort(new ChatError('UNAVAILABLE', `The socket was closed: ${reason}`));
  }

  const peer: Peer = {
    id,
    address,
    signal: over.signal,
    session: null,
    close,
    endSession(end) {
      over.abort(sessionOver(end));
      close(end === 'expired' ? closes.tokenExpired : closes.signedOut);
    },
    isOpen,
    markLasting: (operation) => frames.markLasting(operation),
    deliver,
  };

  function deliver(operation: string, delivery: Delivery): void {
    delivery.onReady(new Pump(operation, delivery, { outgoing, behind }));
  }

  const { receive, closed } = protocol.open(peer, {
    protocol: socket.protocol,
    send: async (text) => {
      if (isOpen()) outgoing.text(toBytes(text));
    },
    close: (code = closes.bug.code, reason = closes.bug.reason) => close({ code, reason }),
  });
  const frames = createFrames(receive, {
    isOpen,
    onMalformed: () => close(closes.badFrame),
    onDuplicate: () => close(closes.duplicateId),
    onBug(error) {
      logger.error({ err: error, socket: id }, 'a message failed');
      close(closes.bug);
    },
  });

  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (!isOpen()) return;
    if (isBinary) return close(closes.badFrame);
    if (socket.bufferedAmount > maxUnsentBytes) return socket.terminate();
    void frames.take(String(data));
  });
  socket.on('pong', () => {
    answered = true;
  });
  // ws closes the socket itself, with 1009 for a frame that is too big, 1002 or 1007 for one that is malformed.
  socket.on('error', (error) => logger.debug({ err: error, socket: id }, 'a socket failed'));
  socket.once('close', (code, reason) => {
    outgoing.close();
    behind.clear();
    // Told to nobody; but what it ends must not look like a bug.
    over.abort(new ChatError('UNAVAILABLE', 'The socket is closed.'));
    peer.session?.stop();
    closed(code, String(reason)).then(gone.resolve, (error: unknown) => {
      logger.error({ err: error, socket: id }, 'closing a socket failed');
      gone.resolve();
    });
  });

  return {
    ping() {
      if (!answered) return socket.terminate();
      answered = false;
      if (isOpen()) socket.ping();
    },
    async finish(why) {
      await Promise.race([frames.settled(), gone.promise]);
      close(why);
      await gone.promise;
    },
    drop: () => socket.terminate(),
  };
}
