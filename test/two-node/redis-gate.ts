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
  /** From here on each message to who listens is lost where this says so. Nobody notices but by what comes next. */
  lose(isLost: () => boolean): void;
  /** Everything passes again; what was connected meanwhile connects anew. */
  mend(): void;
  /** Pieces and messages that did not pass, since the way was last mended. */
  lost(): number;
}

type Fault = 'none' | 'cut publishers' | 'lose some' | 'swallow';

/** Opens a way to the Redis on a port of this machine. */
export async function openRedisGate(target: number): Promise<RedisGate> {
  const open = new Set<Socket>();
  let fault: Fault = 'none';
  let isLost = () => false;
  let lost = 0;

  function fromNode(bytes: Buffer, node: Socket, redis: Socket): void {
    const isCut = fault === 'cut publishers' && /\bs?publish\b/i.test(bytes.toString('latin1'));
    if (isCut) node.destroy();
    if (isCut || fault === 'swallow') lost += 1;
    else redis.write(bytes);
  }

  function fromRedis(reply: Buffer, node: Socket): void {
    const isDropped = fault === 'swallow' || (fault === 'lose some' && isMessage(reply) && isLost());
    if (isDropped) lost += 1;
    else node.write(reply);
  }

  function join(node: Socket): void {
    const redis = connect({ port: target, host: '127.0.0.1' });
    const cut = inReplies((reply) => fromRedis(reply, node));
    node.on('data', (bytes: Buffer) => fromNode(bytes, node, redis));
    redis.on('data', cut);
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
      // What was asked meanwhile is never answered.
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

/** Cuts what Redis sends into whole replies, so that none is passed on in part. */
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

/** Where the reply ends that begins at an offset (RESP 2: https://redis.io/docs/latest/develop/reference/protocol-spec/); null: not all of it is there. */
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
