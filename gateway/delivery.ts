import type { EventReader, EventStream, StreamEnd } from '../src/feed/index.ts';
import type { Payload } from './payload.ts';

/** An event that is being rendered into a payload, for all deliveries that wait for it. */
export interface Rendering {
  /** Undefined until the event is rendered. */
  payload: Payload | undefined;
  /** Deliveries that can send nothing before it is rendered. */
  readonly waiting: Delivery[];
}

/** The transport of a delivery's payloads. Its methods must not throw. */
export interface Transport {
  /** Called when there may be something to poll. */
  wake(): void;
  /** Returns whether the transport takes nothing at the moment. Meanwhile at most one payload is rendered. */
  full(): boolean;
  /** Called once, when nothing more comes, with the reason. */
  ended(end: StreamEnd): void;
}

/** The parts of a delivery. */
export interface DeliveryParts {
  readonly source: EventStream<object>;
  /** Ends the delivery. Nothing more is delivered. */
  readonly signal: AbortSignal;
}

// How many events of one subscription are rendered at a time. Enough to have the next payload ready. Few enough that a long replay of
// events that cannot be shared leaves the database to others.
const ahead = 8;
// If payloads are larger than this, and before the first is known, one is rendered at a time: a client may have a hundred subscriptions.
const largeBytes = 65_536;

/**
 * The payloads of a subscription on their way to its client. The transport polls them as fast as it can send them. The class that renders
 * events extends this one, because each extra object that a live event passes costs time for thousands of listeners.
 */
export abstract class Delivery implements EventReader<object> {
  readonly #source: EventStream<object>;
  readonly #signal: AbortSignal;
  /** The next rendering to send, and those after it, in order. */
  #first: Rendering | undefined;
  #rest: Rendering[] | undefined;
  #transport: Transport | undefined;
  #ahead = 1;
  #over = false;
  #begun = false;
  /** Whether the source may have more events. Remembered, because polling the source has a cost for every delivery. */
  #more = false;

  constructor({ source, signal }: DeliveryParts) {
    this.#source = source;
    this.#signal = signal;
  }

  /** Renders an event. Called once for each event, in order. */
  protected abstract render(event: object): Rendering;

  /** Starts to render an event that will be needed soon, if others share it, while the data of its hint is in memory. */
  protected abstract prepare(event: object): void;

  /** Called once, however the delivery ends. */
  protected abstract ended(): void;

  /** Starts the delivery. From then on the transport is woken when there may be something to poll, and told of the end. Called once. */
  begin(transport: Transport): void {
    this.#transport = transport;
    if (this.#over) transport.ended({});
    else if (this.#signal.aborted) this.handleEvent();
    else {
      this.#signal.addEventListener('abort', this, { once: true });
      this.#source.watch(this);
      this.wake();
    }
  }

  /** Returns the next payload, if it is ready. */
  poll(): Payload | undefined {
    if (this.#more) this.#fill();
    const payload = this.#first?.payload;
    if (payload === undefined) return undefined;
    this.#begun = true;
    this.#ahead = payload.json.length > largeBytes ? 1 : ahead;
    this.#first = this.#rest?.shift();
    if (this.#rest?.length === 0) this.#rest = undefined;
    this.#awaitFirst();
    return payload;
  }

  take(event: object): boolean {
    if (this.#over || this.#isFull()) return false;
    this.#add(event);
    if (this.#first?.payload !== undefined) this.#transport?.wake();
    return true;
  }

  lined(event: object): void {
    // Not for a full socket, which may stay full for long. The event is rendered later then.
    if (!this.#over && this.#transport?.full() === false) this.prepare(event);
  }

  wake(): void {
    this.#more = true;
    // Nothing can be sent before the first rendering is done, but the next can be started.
    if (this.#first !== undefined && this.#first.payload === undefined) this.#fill();
    else this.#transport?.wake();
  }

  /** Called when the awaited rendering is done. */
  rendered(): void {
    this.#transport?.wake();
  }

  /** Returns whether anything has been delivered yet. */
  hasBegun(): boolean {
    return this.#begun;
  }

  /** Called by the signal. */
  handleEvent(): void {
    this.#endWith({ error: this.#signal.reason });
    void this.#source.return();
  }

  #fill(): void {
    while (!this.#over && !this.#isFull()) {
      const event = this.#source.poll();
      if (event === undefined) {
        this.#more = false;
        if (this.#source.end() !== undefined) this.#drain();
        return;
      }
      this.#add(event);
    }
  }

  #isFull(): boolean {
    if (this.#first === undefined) return false;
    return 1 + (this.#rest?.length ?? 0) >= this.#ahead || (this.#transport?.full() ?? false);
  }

  #add(event: object): void {
    const rendering = this.render(event);
    if (this.#first === undefined) {
      this.#first = rendering;
      this.#awaitFirst();
    } else {
      this.#rest ??= [];
      this.#rest.push(rendering);
    }
  }

  /** Waits for the first rendering only: when it is done, those after it often are too, and are sent with it. */
  #awaitFirst(): void {
    const first = this.#first;
    if (first !== undefined && first.payload === undefined) first.waiting.push(this);
  }

  /** Ends the delivery once the last rendering is taken, because the source has ended. */
  #drain(): void {
    if (this.#first === undefined) this.#endWith(this.#source.end());
    else this.#more = true;
  }

  /** Ends the delivery at once. */
  async stop(): Promise<void> {
    this.#endWith({});
    await this.#source.return();
  }

  #endWith(end: StreamEnd | undefined): void {
    if (end === undefined || this.#over) return;
    this.#over = true;
    this.#first = undefined;
    this.#rest = undefined;
    this.#signal.removeEventListener('abort', this);
    this.ended();
    this.#transport?.ended(end);
  }
}
