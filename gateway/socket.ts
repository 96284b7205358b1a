import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { type RawData, type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { closes } from './close-codes.ts';
import { Connection } from './connection.ts';
import { mayConnect } from './cors.ts';
import type { Meter } from './meter.ts';
import { createPinging } from './pinging.ts';
import { createProtocol, type ProtocolParts } from './protocol.ts';
import { addressOf, refusalFor, requestIdOf } from './request.ts';
import type { Tick } from './tick.ts';
import { refuseUpgrade } from './upgrade-refusal.ts';

/** The WebSockets of a node. */
export interface Sockets {
  /** Takes over an HTTP upgrade to /graphql. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer): void;
  /** Returns the number of sockets that are open or closing. */
  count(): number;
  /** Closes all open sockets at once, with a code that makes clients reconnect. Later ones are accepted. */
  cut(): void;
  /**
   * Accepts no more sockets and operations. Closes all sockets in waves within about half of `ms`, each once its queries and mutations are
   * answered, with a code that makes clients reconnect. Drops what is left after `ms`. Resolves when no socket is left.
   */
  drain(ms: number): Promise<void>;
}

// The number of waves, which spread the reconnects of a node's clients, and the least size of one.
const waves = 20;
const smallWave = 25;
// A client that does not answer a close is dropped after this time. What it has not read is held until then.
const closeMs = 5_000;

/** The parts of the WebSocket side. */
export interface SocketsParts extends ProtocolParts {
  readonly tick: Tick;
  readonly meter: Pick<Meter, 'closed'>;
}

/** Creates the WebSocket side. */
export function createSockets(parts: SocketsParts): Sockets {
  const { config, logging, tick, meter } = parts;
  // Frames are written past ws (outgoing.ts), so they cannot be compressed.
  const options: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    // `connections` has all sockets.
    clientTracking: false,
    maxPayload: config.maxFrameBytes,
    perMessageDeflate: false,
    handleProtocols,
    closeTimeout: closeMs,
  };
  const server = new WebSocketServer(options);
  const protocol = createProtocol(parts);
  const connections = new Map<WebSocket, Connection>();
  let draining = false;

  // A socket that is silent from one ping to the next is dead or asleep. Its client reconnects by itself.
  const pinging = createPinging(config.socketPingMs);

  const surroundings = { tick, config, protocol, logging };

  // Shared by all sockets: closures for each would cost more than everything else that is held for an idle socket here.
  function take(this: WebSocket, data: RawData, isBinary: boolean): void {
    connections.get(this)?.take(data, isBinary);
  }
  function pong(this: WebSocket): void {
    connections.get(this)?.pong();
  }
  // ws closes the socket itself: with 1009 if a frame is too big, 1002 or 1007 if it is malformed.
  function failed(this: WebSocket, error: Error): void {
    logging.logger.debug({ err: error, socket: connections.get(this)?.id }, 'a socket failed');
  }
  function closed(this: WebSocket, code: number, reason: Buffer): void {
    const connection = connections.get(this);
    if (connection === undefined) return;
    connections.delete(this);
    meter.closed(code);
    pinging.remove(connection);
    void connection.closed(code, String(reason));
  }

  function open(socket: WebSocket, stream: Duplex, request: IncomingMessage): void {
    const [id, address] = [requestIdOf(request), addressOf(config, request)];
    // ws has its own listener.
    stream.off('error', destroy);
    const connection = new Connection({ socket, stream, id, address, surroundings });
    connections.set(socket, connection);
    socket.on('message', take).on('pong', pong).on('error', failed).on('close', closed);
    pinging.add(connection);
  }

  async function closeInWaves(ms: number): Promise<void> {
    const all = [...connections.values()];
    const size = Math.max(smallWave, Math.ceil(all.length / waves));
    const pause = ms / 2 / waves;
    const closing: Promise<void>[] = [];
    for (let from = 0; from < all.length; from += size) {
      if (from > 0) await wait(pause);
      closing.push(...all.slice(from, from + size).map((connection) => connection.finish(closes.restart)));
    }
    await Promise.all(closing);
  }

  return {
    accept(request, stream, head) {
      stream.on('error', destroy);
      if (draining) return refuseUpgrade(stream, refusalFor(config, request));
      if (!mayConnect(config, request)) return refuseUpgrade(stream, { status: 403 });
      server.handleUpgrade(request, stream, head, (socket) => open(socket, stream, request));
    },
    count: () => connections.size,
    cut() {
      for (const connection of connections.values()) connection.close(closes.fenced);
    },
    async drain(ms) {
      draining = true;
      protocol.drain();
      const giveUp = setTimeout(() => {
        for (const connection of connections.values()) connection.drop();
      }, ms);
      await closeInWaves(ms);
      clearTimeout(giveUp);
    },
  };
}

// One function for all, so that no socket holds the request that opened it.
function destroy(this: Duplex): void {
  this.destroy();
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
