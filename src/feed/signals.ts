import type { Hint } from '../log/index.ts';

/** A signal as a hint brings it. */
export type HeardSignal = Extract<Hint, { readonly kind: 'signal' }>;

interface SignalParts {
  /** The node's clock. */
  readonly now: () => Date;
  readonly tell: (signal: HeardSignal) => void;
}

interface Waiting {
  readonly signal: HeardSignal;
  readonly heardMs: number;
}

// A signal waits until a gap has been read, which takes some milliseconds. After five seconds it is of no use: a call has stopped ringing.
const atOnce = 100;
const longestMs = 5_000;

/**
 * Signals that wait for entries that their senders had already seen. A user who is removed by one of these entries must not receive the
 * signal. Later signals wait behind them, so that each sender's signals stay in order. Bounded: signals that are too many or too late are
 * dropped.
 */
export class Signals {
  readonly #parts: SignalParts;
  #waiting: Waiting[] = [];

  constructor(parts: SignalParts) {
    this.#parts = parts;
  }

  /** Delivers a signal or has it wait. `lastSeq`: the last seq that was delivered. */
  hear(signal: HeardSignal, lastSeq: number): void {
    if (this.#waiting.length === 0 && signal.seq <= lastSeq) this.#parts.tell(signal);
    else if (this.#waiting.length < atOnce) this.#waiting.push({ signal, heardMs: this.#parts.now().getTime() });
  }

  /** Entries have been delivered, or skipped, up to this seq. */
  reached(lastSeq: number): void {
    const ready = this.#waiting.findIndex(({ signal }) => signal.seq > lastSeq);
    const due = this.#waiting.splice(0, ready < 0 ? this.#waiting.length : ready);
    const oldest = this.#parts.now().getTime() - longestMs;
    for (const { signal, heardMs } of due) if (heardMs >= oldest) this.#parts.tell(signal);
  }

  clear(): void {
    this.#waiting = [];
  }
}
