import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A node's way to Redis, on which messages can be lost without anybody being told. */
export interface RedisGate extends AsyncDisposable {
  /** `redis://127.0.0.1:PORT` */
  readonly url: string;
  /** From here on a connection that publishes is cut, and what it published goes nowhere. */
  cutPublishers(): void;
  /** From here on nothing passes, either way; connections stay open, as behind a dead router. */
  swallow(): void;
  /** Everything passes again; what was connected meanwhile connects anew. */
  mend(): void;
  /** Pieces that did not pass, since the way was last mended. */
  lost(): number;
}

type Fault = 'none' | 'cut publishers' | 'swallow';

/** Opens a way to the Redis on a port of this machine. */
export async function openRedisGate(target: number): Promise<RedisGate> {
  const open = new Set<Socket>();
  let fault: Fault = 'none';
  let lost = 0;

  function passes(bytes: Buffer, client: Socket): boolean {
    const isCut = fault === 'cut publishers' && /\bpublish\b/i.test(bytes.toString('latin1'));
    if (isCut) client.destroy();
    if (!isCut && fault !== 'swallow') return true;
    lost += 1;
    return false;
  }

  function join(client: Socket): void {
    const redis = connect({ port: target, host: '127.0.0.1' });
    for (const [from, to] of [
      [client, redis],
      [redis, client],
    ] as const) {
      open.add(from);
      from.on('data', (bytes: Buffer) => {
        if (passes(bytes, client)) to.write(bytes);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    }
  }

  function cutAll(): void {
    for (const socket of open) socket.destroy();
  }

  const server = createServer(join).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `redis://127.0.0.1:${address.port}`,
    cutPublishers() {
      fault = 'cut publishers';
    },
    swallow() {
      fault = 'swallow';
    },
    mend() {
      // A message of which only a part has passed would garble what follows.
      if (fault === 'swallow') cutAll();
      fault = 'none';
      lost = 0;
    },
    lost: () => lost,
    async [Symbol.asyncDispose]() {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
}
