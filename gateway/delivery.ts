import type { EventReader, EventStream, StreamEnd } from '../src/feed/index.ts';
import type { Payload } from './payload.ts';

/** An event that is being made into the payload that those who wait for it will get. */
export interface Rendering {
  /** Undefined until it is made. */
  payload: Payload | undefined;
  /** Those who can send nothing before it is made. */
  readonly waiting: Delivery[];
}

/** What carries a delivery's payloads. Must not throw. */
export interface Transport {
  /** There may be something to poll. */
  wake(): void;
  /** It takes nothing at the moment: no more than one payload is made meanwhile. */
  full(): boolean;
  /** Nothing more comes, and why. Called once. */
  ended(end: StreamEnd): void;
}

/** What a delivery is made of. */
export interface DeliveryParts {
  readonly source: EventStream<object>;
  /** Ends it with nothing more delivered. */
  readonly signal: AbortSignal;
}

// Events of one subscription that are made into payloads at a time: enough to have the next at hand, few enough that a long replay of what
// cannot be shared leaves the database to others.
const ahead = 8;
// Where payloads are larger than this, and before the first has been seen, one is made at a time: a client may have a hundred subscriptions.
const largeBytes = 65_536;

/**
 * A subscription's payloads on their way to its client, taken by the transport as fast as it can send them. Whoever makes events into payloads
 * extends it, and does not stand beside it: of what a live event passes for each of thousands each object costs time.
 */
export abstract class Delivery implements EventReader<object> {
  readonly #source: EventStream<object>;
  readonly #signal: AbortSignal;
  /** What is next to be sent, and what comes after it, in order. */
  #first: Rendering | undefined;
  #rest: Rendering[] | undefined;
  #transport: Transport | undefined;
  #ahead = 1;
  #over = false;
  #begun = false;
  /** Not all that the source had has been taken: asked only then, for each look at it is one more for every delivery. */
  #more = false;

  constructor({ source, signal }: DeliveryParts) {
    this.#source = source;
    this.#signal = signal;
  }

  /** Makes an event into a payload. Called once for each event, in order. */
  protected abstract render(event: object): Rendering;

  /** Makes an event that will be rendered soon into a payload, if that is for others too, while what its hint brought along is at hand. */
  protected abstract prepare(event: object): void;

  /** Called once, however the delivery ends. */
  protected abstract ended(): void;

  /** Begins it. From here on the transport is told when poll may have something to give, and of its end. Called once. */
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

  /** The next payload, if one is ready. */
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
    // A socket that takes nothing may not for long: then it is made anew.
    if (!this.#over && this.#transport?.full() === false) this.prepare(event);
  }

  wake(): void {
    this.#more = true;
    // Behind one that is still being made there is nothing to send; but its own making may begin.
    if (this.#first !== undefined && this.#first.payload === undefined) this.#fill();
    else this.#transport?.wake();
  }

  /** What was waited for is made. */
  rendered(): void {
    this.#transport?.wake();
  }

  /** Whether anything has been delivered yet. */
  hasBegun(): boolean {
    return this.#begun;
  }

  /** The signal's own listener. */
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

  /** Only the first in line is waited for: when it is made, those behind it often are too, and go out with it. */
  #awaitFirst(): void {
    const first = this.#first;
    if (first !== undefined && first.payload === undefined) first.waiting.push(this);
  }

  /** The source has ended: so has this when the last in line is taken. */
  #drain(): void {
    if (this.#first === undefined) this.#endWith(this.#source.end());
    else this.#more = true;
  }

  /** Ends it at once. */
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

type Result = IteratorResult<never, undefined>;

/**
 * A delivery as what executes subscriptions answers with it, and no more than that: a transport takes the delivery itself. Iterated all the same
 * it yields nothing, is done when the source is, and rejects with what ended it.
 */
export class Life implements AsyncIterableIterator<never, undefined> {
  readonly #delivery: Delivery;
  #end: Promise<Result> | undefined;

  constructor(delivery: Delivery) {
    this.#delivery = delivery;
  }

  next(): Promise<Result> {
    this.#end ??= new Promise((resolve, reject) => {
      this.#delivery.begin({
        wake: () => undefined,
        full: () => true,
        ended: ({ error }) => (error === undefined ? resolve({ done: true, value: undefined }) : reject(error)),
      });
    });
    return this.#end;
  }

  async return(): Promise<Result> {
    await this.#delivery.stop();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
