import type { EventStream, StreamEnd } from '../src/feed/index.ts';

/** A subscription's payloads on their way to its client, taken by the transport as fast as it can send them. */
export interface Delivery {
  /** The next payload, an execution result in JSON, its UTF-8 one byte a character, if one is ready. */
  poll(): string | undefined;
  /** Called once, before anything is read. `wake` is called when poll may give something; it must not throw. */
  onReady(wake: () => void): void;
  /**
   * What the protocol holds of it: begins with the first next(), yields nothing, is done when the last payload has been taken, and rejects
   * with what ended it. return() ends it at once.
   */
  readonly life: AsyncIterableIterator<never, undefined>;
}

/** An event that is being made into the payload that those who wait for it will get. */
export interface Rendering {
  /** Undefined until it is made. */
  payload: string | undefined;
  /** Called once it is, if they were there before. */
  readonly waiting: (() => void)[];
}

// Events of one subscription that are made into payloads at a time: enough to have the next at hand, few enough that a long replay of what
// cannot be shared leaves the database to others.
const ahead = 8;

/** Makes a delivery of a source's events. `render` is called once for each, in order; `signal` ends it with nothing more delivered. */
export function createDelivery<T>(
  source: EventStream<T>,
  render: (event: T) => Rendering,
  signal: AbortSignal,
  onEnd: () => void,
): Delivery {
  let line: Rendering[] = [];
  let wake: () => void = () => undefined;
  let ending: PromiseWithResolvers<IteratorResult<never, undefined>> | undefined;
  let over = false;

  function poll(): string | undefined {
    if (over) return undefined;
    while (line.length < ahead) {
      const event = source.poll();
      if (event === undefined) break;
      const rendering = render(event);
      if (rendering.payload === undefined) rendering.waiting.push(wake);
      line.push(rendering);
    }
    const payload = line[0]?.payload;
    if (payload !== undefined) line.shift();
    else if (line.length === 0) finishIf(source.end());
    return payload;
  }

  function abort(): void {
    finish({ error: signal.reason });
  }

  function finishIf(end: StreamEnd | undefined): void {
    if (end !== undefined) finish(end);
  }

  function finish({ error }: StreamEnd): void {
    if (over) return;
    over = true;
    line = [];
    signal.removeEventListener('abort', abort);
    onEnd();
    if (error === undefined) ending?.resolve({ done: true, value: undefined });
    else ending?.reject(error);
  }

  const life: AsyncIterableIterator<never, undefined> = {
    next() {
      if (ending !== undefined) return ending.promise;
      ending = Promise.withResolvers();
      if (over) ending.resolve({ done: true, value: undefined });
      else if (signal.aborted) abort();
      else {
        signal.addEventListener('abort', abort, { once: true });
        source.watch(wake);
        wake();
      }
      return ending.promise;
    },
    async return() {
      finish({});
      await source.return();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => life,
  };

  return {
    poll,
    onReady(call) {
      wake = call;
    },
    life,
  };
}
