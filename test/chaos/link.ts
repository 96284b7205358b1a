import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/** What a link does to what it carries. `half`: what the server says goes nowhere and its side has ended, what clients say goes on. */
export type LinkState = 'open' | 'dropping' | 'slow' | 'half';

/** A TCP connection of a network that can fail: between a node and a server, or a device and a node. */
export interface Link extends AsyncDisposable {
  readonly port: number;
  /** Of HTTP through it. */
  readonly url: string;
  /** `slow`: every piece comes so many ms later. Connections that have lost something are cut when it opens again, as their ends would find. */
  set(state: LinkState, slowMs?: number): void;
  /** Ends all connections at once; answers how many. New ones are let in. */
  cut(): number;
}

interface Way {
  readonly client: Socket;
  readonly upstream: Socket;
  /** It has lost bytes, and is of no use any more. */
  torn: boolean;
}

/** Writes pieces in order, each so many ms after it came, or once those before it are written. */
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

/** Opens a link to a port of this machine. */
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
    // A refusal of the target, or a reset: the other side is told in the same way.
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
