import type { Duplex } from 'node:stream';
import { framed, nextMessage, type Payload } from './payload.ts';
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

// A UUID in quotes has 38. Of each length that ids have a frame is kept as long as its payload, so it must not be up to clients how long.
const longestId = 64;

/**
 * What goes out on one WebSocket: text frames, gathered for the length of a tick and written at once, on the stream below it. ws writes a
 * frame in two parts and encodes its text each time; here a frame that goes to thousands is made once. Frames must not be compressed; ws's own
 * frames (ping, close) may come between.
 */
export class Outgoing {
  readonly #stream: Duplex;
  readonly #tick: Tick;
  readonly #maxBytes: number;
  readonly #stuckMs: number;
  readonly #owner: OutgoingOwner;
  /** A single message in line: most ticks bring no second one, and what waits is no more than references. */
  #id = '';
  #payload: Payload | undefined;
  /** More than that in line, in frames, one byte a character. */
  #frames = '';
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

  /** Puts the protocol's `next` to an operation in line: its id in JSON, one byte a character. */
  next(id: string, payload: Payload): void {
    if (this.#closed) return;
    if (this.#payload === undefined && this.#frames === '' && id.length <= longestId) {
      this.#id = id;
      this.#payload = payload;
      this.#queue();
    } else {
      this.text(nextMessage(id, payload.json));
    }
  }

  /** Puts one text frame in line: its UTF-8, one byte a character. */
  text(bytes: string): void {
    if (this.#closed) return;
    this.#gather();
    this.#frames += framed(bytes);
    if (this.#frames.length > maxGathered) this.flush();
    else this.#queue();
  }

  /** Writes what is in line, so that what is written past it comes after it. */
  flush(): void {
    this.#queued = false;
    const stream = this.#stream;
    if (!stream.writable) this.#forget();
    else if (this.#payload !== undefined) this.#writeOne(this.#id, this.#payload);
    else if (this.#frames !== '') {
      const frames = this.#frames;
      this.#frames = '';
      if (!stream.write(frames, 'latin1')) this.#measure();
    }
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

  #queue(): void {
    if (this.#queued) return;
    this.#queued = true;
    this.#tick.write(this);
  }

  /** What was alone in line is not any more. */
  #gather(): void {
    if (this.#payload === undefined) return;
    this.#frames = framed(nextMessage(this.#id, this.#payload.json));
    this.#payload = undefined;
  }

  // Nearly always the kernel takes it at once; then the bytes are free for the next socket. They are the stream's until it has.
  #writeOne(id: string, payload: Payload): void {
    this.#payload = undefined;
    const hasRoom = this.#stream.write(payload.frame(id));
    if (this.#stream.writableLength > 0) payload.keep(id);
    if (!hasRoom) this.#measure();
  }

  #measure(): void {
    if (this.#stream.writableLength > this.#maxBytes) this.#fill();
  }

  #forget(): void {
    this.#payload = undefined;
    this.#frames = '';
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
