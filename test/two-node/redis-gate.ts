import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A proxy between a node and Redis that can lose messages silently. */
export interface RedisGate extends AsyncDisposable {
  /** `redis://127.0.0.1:PORT` */
  readonly url: string;
  /** From now on, a connection that publishes is cut, and what it published is dropped. */
  cutPublishers(): void;
  /** From now on, nothing passes in either direction. Connections stay open, as behind a dead router. */
  swallow(): void;
  /** From now on, each message to a subscriber is dropped if `isLost` returns true. Only later messages show the loss. */
  lose(isLost: () => boolean): void;
  /** Lets everything pass again. After `swallow`, open connections are cut. */
  mend(): void;
  /** Returns the number of publishes, and of messages to subscribers, that were dropped since the last `mend`. */
  lost(): number;
  /** Returns the number of connections that Redis did not accept since the last `mend`. */
  refused(): number;
}

type Fault = 'none' | 'cut publishers' | 'lose some' | 'swallow';

/** Opens a proxy to the Redis on a local port. */
export async function openRedisGate(target: number): Promise<RedisGate> {
  const open = new Set<Socket>();
  let fault: Fault = 'none';
  let isLost = () => false;
  let [lost, refused] = [0, 0];

  function fromNode(bytes: Buffer, node: Socket, redis: Socket): void {
    const isCut = fault === 'cut publishers' && /\bs?publish\b/i.test(bytes.toString('latin1'));
    if (isCut) {
      node.destroy();
      lost += 1;
    } else if (fault !== 'swallow') redis.write(bytes);
  }

  function fromRedis(reply: Buffer, node: Socket): void {
    const isDropped = fault === 'swallow' || (fault === 'lose some' && isMessage(reply) && isLost());
    if (!isDropped) node.write(reply);
    else if (isMessage(reply)) lost += 1;
  }

  function join(node: Socket): void {
    const redis = connect({ port: target, host: '127.0.0.1' });
    const cut = inReplies((reply) => fromRedis(reply, node));
    node.on('data', (bytes: Buffer) => fromNode(bytes, node, redis));
    redis.on('data', cut);
    redis.on('error', ({ message }) => {
      if (message.includes('ECONNREFUSED')) refused += 1;
    });
    for (const [socket, other] of [
      [node, redis],
      [redis, node],
    ] as const) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
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
    lose(chance) {
      fault = 'lose some';
      isLost = chance;
    },
    mend() {
      // Requests sent during the fault are never answered.
      if (fault === 'swallow') cutAll();
      fault = 'none';
      [lost, refused] = [0, 0];
    },
    lost: () => lost,
    refused: () => refused,
    async [Symbol.asyncDispose]() {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Splits what Redis sends into whole replies, so that none is passed on in part. */
function inReplies(take: (reply: Buffer) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (let end = replyEnd(rest, 0); end !== null; end = replyEnd(rest, 0)) {
      take(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  };
}

/**
 * Returns the end of the reply that starts at an offset (RESP 2: https://redis.io/docs/latest/develop/reference/protocol-spec/). Null if it
 * is incomplete.
 */
function replyEnd(bytes: Buffer, from: number): number | null {
  const lineEnd = bytes.indexOf('\r\n', from);
  if (lineEnd < 0) return null;
  const kind = bytes.toString('latin1', from, from + 1);
  const length = Number(bytes.toString('latin1', from + 1, lineEnd));
  let end: number | null = lineEnd + 2;
  if (kind === '$' && length >= 0) end += length + 2;
  if (kind === '*') for (let n = 0; n < length && end !== null; n += 1) end = replyEnd(bytes, end);
  return end !== null && end <= bytes.length ? end : null;
}

function isMessage(reply: Buffer): boolean {
  return /^\*3\r\n\$\d\r\ns?message\r\n/.test(reply.toString('latin1', 0, 20));
}
