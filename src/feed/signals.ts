import type { Hint } from '../log/index.ts';

/** A signal as it came. */
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

// What waits is for a hole to be read, which takes some milliseconds. What has waited for so long is of no use to anybody: a call has stopped ringing.
const atOnce = 100;
const longestMs = 5_000;

/**
 * Signals that came before entries which their senders had seen. Whoever is out by one of these is to hear none, so they wait for it; those that come meanwhile
 * wait behind them, for each sender's stay in order. Bounded: what is too much, or too late, is dropped.
 */
export class Signals {
  readonly #parts: SignalParts;
  #waiting: Waiting[] = [];

  constructor(parts: SignalParts) {
    this.#parts = parts;
  }

  /** `lastSeq`: up to where entries have been delivered. */
  hear(signal: HeardSignal, lastSeq: number): void {
    if (this.#waiting.length === 0 && signal.seq <= lastSeq) this.#parts.tell(signal);
    else if (this.#waiting.length < atOnce) this.#waiting.push({ signal, heardMs: this.#parts.now().getTime() });
  }

  /** Entries have been delivered up to here, or passed over. */
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
