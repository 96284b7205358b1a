/** An execution result that goes to many clients. Derived forms are made once. */
export class Payload {
  /** The result in JSON: its UTF-8, one byte per character. */
  readonly json: string;
  /** The frame for all operation ids of one length, apart from the id itself. */
  #frames: Map<number, Frame> | undefined;

  constructor(json: string) {
    this.json = json;
  }

  /**
   * Returns the protocol's `next` to one operation as a WebSocket frame. `id` is in JSON, one byte per character. The frame is valid until
   * the next call, which writes another id into the same bytes. If it is still being sent, call `keep` before that.
   */
  frame(id: string): Buffer {
    this.#frames ??= new Map();
    let frame = this.#frames.get(id.length);
    if (frame === undefined) {
      frame = frameOf(id, this.json);
      this.#frames.set(id.length, frame);
    }
    // Faster than a call out of JavaScript.
    for (let n = 0; n < id.length; n += 1) frame.bytes[frame.idAt + n] = id.charCodeAt(n);
    return frame.bytes;
  }

  /** Leaves the last frame for ids of this length to the stream that is sending it. */
  keep(id: string): void {
    this.#frames?.delete(id.length);
  }
}

interface Frame {
  readonly bytes: Buffer;
  readonly idAt: number;
}

function frameOf(id: string, json: string): Frame {
  const text = nextMessage(id, json);
  const bytes = Buffer.from(framed(text), 'latin1');
  return { bytes, idAt: bytes.length - text.length + '{"id":'.length };
}

/** Returns the protocol's `next`. `id` and `json` are JSON, one byte per character. */
export function nextMessage(id: string, json: string): string {
  return `{"id":${id},"type":"next","payload":${json}}`;
}

/** Returns a text's UTF-8, one byte per character. */
export function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

// Cached, because frames of one length come by the thousand.
let last = { length: -1, header: '' };

/** Returns a text frame from a server, final and unmasked (RFC 6455, 5.2), one byte per character. */
export function framed(bytes: string): string {
  if (last.length !== bytes.length) last = { length: bytes.length, header: headerOf(bytes.length) };
  return last.header + bytes;
}

function headerOf(length: number): string {
  if (length < 126) return `\x81${String.fromCharCode(length)}`;
  if (length < 65_536) return `\x81\x7e${String.fromCharCode(length >> 8, length & 0xff)}`;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return `\x81\x7f${bytes.toString('latin1')}`;
}
