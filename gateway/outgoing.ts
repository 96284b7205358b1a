import type { Duplex } from 'node:stream';
import { framed, nextMessage, type Payload } from './payload.ts';
import type { Tick } from './tick.ts';

/** When a socket counts as slow. */
export interface OutgoingLimits {
  readonly maxBytes: number;
  /** A socket that is full for this long, in ms, is stuck. */
  readonly stuckMs: number;
}

/** Receives the state of a socket. */
export interface OutgoingOwner {
  /** Called when all unsent bytes are sent. */
  drained(): void;
  stuck(): void;
}

// Beyond this, gathered frames are written within the tick: only then is it known whether the socket still takes them.
const maxGathered = 65_536;

// A quoted UUID has 38. A frame for each length of id is held as long as its payload, so clients must not be able to choose many lengths.
const longestId = 64;

/**
 * The text frames that go out on one WebSocket. They are gathered during a tick and written at once, on the stream below the socket. ws
 * writes a frame in two parts and encodes its text each time. Here a frame that goes to thousands is made once. Frames must not be
 * compressed. Frames of ws itself (ping, close) may come in between.
 */
export class Outgoing {
  readonly #stream: Duplex;
  readonly #tick: Tick;
  readonly #maxBytes: number;
  readonly #stuckMs: number;
  readonly #owner: OutgoingOwner;
  /** A single waiting message, held as references. Most ticks bring no second one. */
  #id = '';
  #payload: Payload | undefined;
  /** Several waiting messages, as frames with one byte per character. */
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

  /** Queues the protocol's `next` for an operation. `id` is in JSON, one byte per character. */
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

  /** Queues a text frame. `bytes` is its UTF-8, one byte per character. */
  text(bytes: string): void {
    if (this.#closed) return;
    this.#gather();
    this.#frames += framed(bytes);
    if (this.#frames.length > maxGathered) this.flush();
    else this.#queue();
  }

  /** Writes what is queued, so that frames which are not queued come after it. */
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

  /**
   * Returns true from when more is unsent than one socket may hold, until all of it is sent. Callers that can wait are told by `drained`.
   */
  full(): boolean {
    return this.#full;
  }

  /** Drops what is queued. Nothing is sent any more. */
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

  /** Turns the single waiting message into frames. */
  #gather(): void {
    if (this.#payload === undefined) return;
    this.#frames = framed(nextMessage(this.#id, this.#payload.json));
    this.#payload = undefined;
  }

  // Usually the kernel takes the bytes at once, and the frame can be reused for the next socket. Otherwise the frame belongs to the stream
  // until it is sent.
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
