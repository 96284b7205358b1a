import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** A WebSocket that costs its process as little as possible: one buffer for all reads, and frames compared in place. */
export interface WireSocket {
  send(text: string): void;
  destroy(): void;
}

/** How to open such a socket. `onFrame` is called with a text frame's bytes, which are valid during the call only. */
export interface WireOptions {
  readonly port: number;
  readonly path: string;
  readonly protocol?: string | undefined;
  readonly onOpen: () => void;
  readonly onFrame: (buffer: Buffer, start: number, end: number) => void;
  readonly onClose: (why: string) => void;
}

// One buffer of a read for all sockets. A socket's bytes are copied only if a frame is cut off at the end of the buffer.
const shared = Buffer.allocUnsafeSlow(256 * 1024);

/** Opens a WebSocket on 127.0.0.1. */
export function openWire({ port, path, protocol, onOpen, onFrame, onClose }: WireOptions): WireSocket {
  let rest: Buffer | undefined;
  let open = false;
  const socket: Socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: {
      buffer: shared,
      callback(length, buffer) {
        const fresh = (buffer as Buffer).subarray(0, length);
        take(rest === undefined ? fresh : Buffer.concat([rest, fresh]));
        return true;
      },
    },
  });
  socket.on('connect', () => socket.write(upgrade(port, path, protocol)));
  socket.on('error', (error) => onClose(error.message));
  socket.on('close', () => onClose('closed'));

  function take(bytes: Buffer): void {
    let at = 0;
    if (!open) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) {
        keep(bytes, 0);
        return;
      }
      if (!bytes.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) {
        socket.destroy(new Error(bytes.toString('latin1', 0, 60)));
        return;
      }
      open = true;
      at = end + 4;
      onOpen();
    }
    keep(bytes, readFrames(bytes, at));
  }

  function keep(bytes: Buffer, at: number): void {
    rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : undefined;
  }

  function readFrames(bytes: Buffer, from: number): number {
    let at = from;
    for (;;) {
      const header = headerSize(bytes[at + 1]);
      if (bytes.length < at + header) return at;
      const start = at + header;
      const end = start + payloadSize(bytes, at, header);
      if (bytes.length < end) return at;
      takeFrame((bytes[at] ?? 0) & 0x0f, bytes, start, end);
      at = end;
    }
  }

  function takeFrame(opcode: number, bytes: Buffer, start: number, end: number): void {
    if (opcode === 1) onFrame(bytes, start, end);
    else if (opcode === 8) onClose(`closed with ${bytes.readUInt16BE(start)}`);
    else if (opcode === 9) socket.write(frame(0xa, bytes.subarray(start, end)));
  }

  return { send: (text) => void socket.write(frame(1, Buffer.from(text))), destroy: () => void socket.destroy() };
}

// RFC 6455, 5.2: a length below 126 is in the second byte, others are in the two or eight bytes after it.
function headerSize(length: number | undefined): number {
  if (length === 126) return 4;
  return length === 127 ? 10 : 2;
}

function payloadSize(bytes: Buffer, at: number, header: number): number {
  if (header === 4) return bytes.readUInt16BE(at + 2);
  return header === 10 ? Number(bytes.readBigUInt64BE(at + 2)) : (bytes[at + 1] ?? 0);
}

function upgrade(port: number, path: string, protocol: string | undefined): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
  ];
  if (protocol !== undefined) lines.push(`Sec-WebSocket-Protocol: ${protocol}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

// RFC 6455, 5.3: a client masks what it sends. The key may be zero in a benchmark.
function frame(opcode: number, payload: Buffer): Buffer {
  const header =
    payload.length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0])
      : Buffer.from([0x80 | opcode, 0xfe, payload.length >> 8, payload.length & 0xff, 0, 0, 0, 0]);
  return Buffer.concat([header, payload]);
}
