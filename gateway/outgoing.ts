import type { Duplex } from 'node:stream';

/** When a socket counts as slow, and who is told. */
export interface OutgoingLimits {
  readonly maxBytes: number;
  /** Full for so many ms on end: `onStuck` is called. */
  readonly stuckMs: number;
  /** All that was unsent is sent. */
  readonly onDrained: () => void;
  readonly onStuck: () => void;
}

/** Lets the sockets of a node write together, once a tick. */
export interface Flusher {
  add(outgoing: Outgoing): void;
}

// What a tick gathers beyond this is written in its midst: only then is it known whether the socket still takes it.
const maxGathered = 65_536;

/** Makes a flusher. After I/O and before timers: all events that one read of the bus brought go out in one write per socket. */
export function createFlusher(): Flusher {
  let waiting: Outgoing[] = [];
  function flushAll(): void {
    const ready = waiting;
    waiting = [];
    for (const outgoing of ready) outgoing.flush();
  }
  return {
    add(outgoing) {
      if (waiting.length === 0) setImmediate(flushAll);
      waiting.push(outgoing);
    },
  };
}

/**
 * What goes out on one WebSocket: text frames, gathered for the length of a tick and written at once, on the stream below it. ws writes a
 * frame in two parts and encodes its text each time; here a frame that goes to thousands is a string of bytes made once. Frames must not be
 * compressed; ws's own frames (ping, close) may come between.
 */
export class Outgoing {
  readonly #stream: Duplex;
  readonly #flusher: Flusher;
  readonly #limits: OutgoingLimits;
  #line = '';
  #queued = false;
  #full = false;
  #closed = false;
  #stuck: NodeJS.Timeout | undefined;

  constructor(stream: Duplex, flusher: Flusher, limits: OutgoingLimits) {
    this.#stream = stream;
    this.#flusher = flusher;
    this.#limits = limits;
  }

  /** Puts one text frame in line: its UTF-8, one byte a character, in up to three parts, so that the one that many share is not copied for each. */
  text(bytes: string, shared = '', end = ''): void {
    if (this.#closed) return;
    this.#line += frameHeader(bytes.length + shared.length + end.length) + bytes + shared + end;
    if (this.#line.length > maxGathered) this.flush();
    if (this.#queued) return;
    this.#queued = true;
    this.#flusher.add(this);
  }

  /** Writes what is in line, so that what is written past it comes after it. */
  flush(): void {
    this.#queued = false;
    const bytes = this.#line;
    this.#line = '';
    if (bytes === '' || !this.#stream.writable) return;
    if (!this.#stream.write(bytes, 'latin1') && this.#stream.writableLength > this.#limits.maxBytes) this.#fill();
  }

  /** True from when more is unsent than one socket may hold until all of it is sent: who can wait waits for `onDrained`. */
  full(): boolean {
    return this.#full;
  }

  /** Forgets what is in line; nothing is sent any more. */
  close(): void {
    this.#closed = true;
    this.#line = '';
    clearTimeout(this.#stuck);
  }

  #fill(): void {
    if (this.#full || this.#closed) return;
    this.#full = true;
    this.#stuck = setTimeout(this.#limits.onStuck, this.#limits.stuckMs).unref();
    this.#stream.once('drain', () => {
      clearTimeout(this.#stuck);
      this.#full = false;
      if (!this.#closed) this.#limits.onDrained();
    });
  }
}

/** A text's UTF-8, one byte a character. */
export function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

// RFC 6455, 5.2: final text frame, unmasked, as a server sends it.
function frameHeader(length: number): string {
  if (length < 126) return `\x81${String.fromCharCode(length)}`;
  if (length < 65_536) return `\x81\x7e${String.fromCharCode(length >> 8, length & 0xff)}`;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return `\x81\x7f${bytes.toString('latin1')}`;
}
