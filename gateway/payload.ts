/** An execution result on its way to many clients, with what is made of it only once. */
export class Payload {
  /** The result in JSON, its UTF-8 one byte a character. */
  readonly json: string;
  /** By the length of an operation's id: the message to all whose id is so long, but for the id. */
  #frames: Map<number, Frame> | undefined;

  constructor(json: string) {
    this.json = json;
  }

  /**
   * The protocol's `next` to one operation as a WebSocket frame. `id` in JSON, one byte a character. Good until it is asked for again, which
   * writes another id in the same place; of one that is still being sent then, `keep` says so before.
   */
  frame(id: string): Buffer {
    this.#frames ??= new Map();
    let frame = this.#frames.get(id.length);
    if (frame === undefined) {
      frame = frameOf(id, this.json);
      this.#frames.set(id.length, frame);
    }
    // Shorter than calling out of JavaScript for it.
    for (let n = 0; n < id.length; n += 1) frame.bytes[frame.idAt + n] = id.charCodeAt(n);
    return frame.bytes;
  }

  /** Leaves the frame that was last made for ids of this length to whoever is sending it. */
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

/** The protocol's `next`; `id` and `json` in JSON, one byte a character. */
export function nextMessage(id: string, json: string): string {
  return `{"id":${id},"type":"next","payload":${json}}`;
}

/** A text's UTF-8, one byte a character. */
export function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

// Frames of one length come by the thousand.
let last = { length: -1, header: '' };

/** A text frame as a server sends it, final and unmasked (RFC 6455, 5.2), one byte a character. */
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
