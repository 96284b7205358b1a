import type { Duplex } from 'node:stream';
import type { Tick } from './tick.ts';

/** When a socket counts as slow. */
export interface OutgoingLimits {
  readonly maxBytes: number;
  /** Full for so many ms on end, it is stuck. */
  readonly stuckMs: number;
}

/** Who is told how a socket takes what goes out. */
export interface OutgoingOwner {
  /** All that was unsent is sent. */
  drained(): void;
  stuck(): void;
}

// What a tick gathers beyond this is written in its midst: only then is it known whether the socket still takes it.
const maxGathered = 65_536;

/**
 * What goes out on one WebSocket: text frames, gathered for the length of a tick and written at once, on the stream below it. ws writes a
 * frame in two parts and encodes its text each time; here a frame that goes to thousands is a string of bytes made once. Frames must not be
 * compressed; ws's own frames (ping, close) may come between.
 */
export class Outgoing {
  readonly #stream: Duplex;
  readonly #tick: Tick;
  readonly #maxBytes: number;
  readonly #stuckMs: number;
  readonly #owner: OutgoingOwner;
  /** Frames in pieces, three each: they become one string only when it is written, so that what waits is no more than references. */
  #pieces: string[] = [];
  #length = 0;
  #queued = false;
  #full = false;
  #closed = false;
  #stuck: NodeJS.Timeout | undefined;

  constructor(stream: Duplex, tick: Tick, { maxBytes, stuckMs }: OutgoingLimits, owner: OutgoingOwner) {
    this.#stream = stream;
    this.#tick = tick;
    this.#maxBytes = maxBytes;
    this.#stuckMs = stuckMs;
    this.#owner = owner;
  }

  /** Puts one text frame in line: its UTF-8, one byte a character, in up to three parts, so that the one that many share is not copied for each. */
  text(bytes: string, shared = '', end = ''): void {
    if (this.#closed) return;
    this.#pieces.push(bytes, shared, end);
    this.#length += bytes.length + shared.length + end.length;
    if (this.#length > maxGathered) this.flush();
    if (this.#queued) return;
    this.#queued = true;
    this.#tick.write(this);
  }

  /** Writes what is in line, so that what is written past it comes after it. */
  flush(): void {
    this.#queued = false;
    if (this.#length === 0) return;
    const bytes = framed(this.#pieces);
    this.#forget();
    if (!this.#stream.writable) return;
    if (!this.#stream.write(bytes, 'latin1') && this.#stream.writableLength > this.#maxBytes) this.#fill();
  }

  /** True from when more is unsent than one socket may hold until all of it is sent: who can wait waits for `drained`. */
  full(): boolean {
    return this.#full;
  }

  /** Forgets what is in line; nothing is sent any more. */
  close(): void {
    this.#closed = true;
    this.#forget();
    clearTimeout(this.#stuck);
  }

  #forget(): void {
    this.#pieces.length = 0;
    this.#length = 0;
  }

  #fill(): void {
    if (this.#full || this.#closed) return;
    this.#full = true;
    this.#stuck = setTimeout(() => this.#owner.stuck(), this.#stuckMs).unref();
    this.#stream.once('drain', () => {
      clearTimeout(this.#stuck);
      this.#full = false;
      if (!this.#closed) this.#owner.drained();
    });
  }
}

/** A text's UTF-8, one byte a character. */
export function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function framed(pieces: readonly string[]): string {
  let frames = '';
  for (let place = 0; place < pieces.length; place += 3) {
    const [bytes = '', shared = '', end = ''] = [pieces[place], pieces[place + 1], pieces[place + 2]];
    frames += frameHeader(bytes.length + shared.length + end.length) + bytes + shared + end;
  }
  return frames;
}

// Frames of one length come by the thousand.
let last = { length: -1, header: '' };

// RFC 6455, 5.2: final text frame, unmasked, as a server sends it.
function frameHeader(length: number): string {
  if (last.length !== length) last = { length, header: headerOf(length) };
  return last.header;
}

function headerOf(length: number): string {
  if (length < 126) return `\x81${String.fromCharCode(length)}`;
  if (length < 65_536) return `\x81\x7e${String.fromCharCode(length >> 8, length & 0xff)}`;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return `\x81\x7f${bytes.toString('latin1')}`;
}
