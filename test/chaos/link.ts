import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/**
 * What a link does with the data that it carries. `half`: data from the server is dropped and its side is closed, data from clients still
 * passes.
 */
export type LinkState = 'open' | 'dropping' | 'slow' | 'half';

/** A TCP proxy that can fail like a network, between a node and a server, or a device and a node. */
export interface Link extends AsyncDisposable {
  readonly port: number;
  /** The URL for HTTP through the link. */
  readonly url: string;
  /**
   * Changes the state. `slow` delays everything by `slowMs`. When the link opens again, connections that lost data are cut, as their ends
   * would notice.
   */
  set(state: LinkState, slowMs?: number): void;
  /** Closes all connections and returns their number. New connections are accepted. */
  cut(): number;
}

interface Way {
  readonly client: Socket;
  readonly upstream: Socket;
  /** The connection has lost data and is unusable. */
  torn: boolean;
}

/** Writes chunks in order, each one `ms` after it arrived, or after the chunks before it. */
function lateWriter(to: Socket): (bytes: Buffer, ms: number) => void {
  const waiting: { readonly bytes: Buffer; readonly due: number }[] = [];
  function next(): void {
    const [first] = waiting;
    if (first === undefined) return;
    setTimeout(
      () => {
        waiting.shift();
        to.write(first.bytes);
        next();
      },
      Math.max(0, first.due - performance.now()),
    );
  }
  return (bytes, ms) => {
    if (ms === 0 && waiting.length === 0) return void to.write(bytes);
    waiting.push({ bytes, due: performance.now() + ms });
    if (waiting.length === 1) next();
  };
}

/** Opens a link to a local port. */
export async function openLink(target: number): Promise<Link> {
  const ways = new Set<Way>();
  let state: LinkState = 'open';
  let slowMs = 0;

  function carry(way: Way, from: Socket, to: Socket): void {
    const later = lateWriter(to);
    from.on('data', (bytes: Buffer) => {
      if (state === 'dropping' || (state === 'half' && from === way.upstream)) way.torn = true;
      else later(bytes, slowMs);
    });
    // A refusal by the target, or a reset. The other side is closed too.
    from.on('error', () => undefined);
    from.on('close', () => {
      ways.delete(way);
      to.destroy();
    });
  }

  const server = createServer((client) => {
    const way: Way = { client, upstream: createConnection({ port: target, host: '127.0.0.1' }), torn: false };
    ways.add(way);
    carry(way, client, way.upstream);
    carry(way, way.upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  function cut(which: (way: Way) => boolean): number {
    const gone = [...ways].filter(which);
    for (const { client, upstream } of gone) {
      client.destroy();
      upstream.destroy();
    }
    return gone.length;
  }

  return {
    port,
    url: `http://127.0.0.1:${port}`,
    set(next, ms = 0) {
      if (next === 'half') for (const { client } of ways) client.end();
      if (next === 'open') cut(({ torn }) => torn || state === 'half');
      state = next;
      slowMs = ms;
    },
    cut: () => cut(() => true),
    async [Symbol.asyncDispose]() {
      cut(() => true);
      server.close();
      await once(server, 'close');
    },
  };
}
