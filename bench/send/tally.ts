import { Acknowledged } from './acknowledged.ts';
import { Latencies } from './latencies.ts';

// Deliveries that are missing for so long are lost.
const patienceMs = 30_000;

/** Counts the messages of a run: when each was acknowledged and when each member received it. */
export class Tally {
  readonly ack = new Latencies();
  readonly receive = new Latencies();
  readonly acknowledged: Acknowledged;
  messages = 0;
  deliveries = 0;
  disordered = 0;
  /** When the last acknowledgment or delivery came, by performance.now(). */
  lastAt = 0;
  #due = 0;
  #complete: (() => void) | undefined;

  constructor(rooms: number) {
    this.acknowledged = new Acknowledged(rooms);
  }

  /** Begins a run. What was acknowledged before still counts as stored. */
  begin(): void {
    this.ack.clear();
    this.receive.clear();
    this.messages = this.deliveries = this.disordered = this.#due = 0;
  }

  /** Notes that a message was sent that so many members are to receive. */
  sent(members: number): void {
    this.#due += members;
  }

  noteAck(room: number, seq: number, due: number): void {
    this.acknowledged.add(room, seq);
    this.messages += 1;
    this.lastAt = performance.now();
    this.ack.add(this.lastAt - due);
  }

  noteDelivery(due: number): void {
    this.deliveries += 1;
    this.lastAt = performance.now();
    this.receive.add(this.lastAt - due);
    if (this.deliveries === this.#due) this.#complete?.();
  }

  /** Resolves when every member has every message. Rejects if some are missing after half a minute. */
  async all(): Promise<void> {
    if (this.deliveries >= this.#due) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#complete = resolve;
    const timer = setTimeout(() => reject(new Error(`${this.#due - this.deliveries} of ${this.#due} deliveries are lost`)), patienceMs);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#complete = undefined;
    }
  }
}
