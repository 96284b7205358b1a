import type { Duplex } from 'node:stream';

/** What goes out on one WebSocket: text frames, gathered for the length of a tick and written at once. */
export interface Outgoing {
  /** Puts one text frame in line: its UTF-8, one byte a character, in up to three parts, so that the one that many share is not copied for each. */
  text(bytes: string, shared?: string, end?: string): void;
  /** Writes what is in line, so that what is written past it comes after it. */
  flush(): void;
  /** True from when more is unsent than one socket may hold until all of it is sent: who can wait waits for `onDrained`. */
  full(): boolean;
  /** Forgets what is in line; nothing is sent any more. */
  close(): void;
}

/** When a socket counts as slow, and who is told. */
export interface OutgoingLimits {
  readonly maxBytes: number;
  /** Full for so many ms on end: `onStuck` is called. */
  readonly stuckMs: number;
  readonly onDrained: () => void;
  readonly onStuck: () => void;
}

/** Lets the sockets of a node write together, once a tick. */
export interface Flusher {
  add(outgoing: Pick<Outgoing, 'flush'>): void;
}

// What a tick gathers beyond this is written in its midst: only then is it known whether the socket still takes it.
const maxGathered = 65_536;

/** Makes a flusher. After I/O and before timers: all events that one read of the bus brought go out in one write per socket. */
export function createFlusher(): Flusher {
  let waiting: Pick<Outgoing, 'flush'>[] = [];
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
 * Makes the way out of a socket, on the stream below it: ws writes a frame in two parts and encodes its text each time, while here a frame
 * that goes to thousands is a string of bytes made once. Frames must not be compressed; ws's own frames (ping, close) may come between.
 */
export function createOutgoing(stream: Duplex, flusher: Flusher, { maxBytes, stuckMs, onDrained, onStuck }: OutgoingLimits): Outgoing {
  let line = '';
  let queued = false;
  let full = false;
  let closed = false;
  let stuck: NodeJS.Timeout | undefined;

  function text(bytes: string, shared = '', end = ''): void {
    if (closed) return;
    line += frameHeader(bytes.length + shared.length + end.length) + bytes + shared + end;
    if (line.length > maxGathered) flush();
    if (queued) return;
    queued = true;
    flusher.add(outgoing);
  }

  function flush(): void {
    queued = false;
    if (line === '') return;
    const bytes = line;
    line = '';
    if (!stream.writable) return;
    if (!stream.write(bytes, 'latin1') && stream.writableLength > maxBytes) fill();
  }

  function fill(): void {
    if (full) return;
    full = true;
    stuck = setTimeout(onStuck, stuckMs).unref();
    stream.once('drain', drained);
  }

  function drained(): void {
    clearTimeout(stuck);
    full = false;
    if (!closed) onDrained();
  }

  const outgoing: Outgoing = {
    text,
    flush,
    full: () => full,
    close() {
      closed = true;
      line = '';
      clearTimeout(stuck);
      stream.off('drain', drained);
    },
  };
  return outgoing;
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
