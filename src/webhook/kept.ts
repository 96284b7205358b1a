import type { Logger } from 'pino';
import type { Bus } from '../bus/index.ts';

/** What a node keeps of something that operators change and that is read too often to ask the database. */
export interface Kept<T> extends AsyncDisposable {
  /** As this node knows it. */
  readonly value: T;
  /** Keeps up from here on, having read it. Throws ChatError UNAVAILABLE. */
  begin(): Promise<void>;
  /** It was changed here: reads it, and tells the others. Whoever is not reached finds it by its check. */
  changed(): Promise<void>;
}

interface Parts<T> {
  readonly bus: Bus;
  readonly logger: Logger;
  /** By which nodes tell each other. */
  readonly topic: string;
  /** How often the database is asked without being told to, in ms. */
  readonly checkMs: number;
  /** What it is before it was read. */
  readonly initial: T;
  readonly read: () => Promise<T>;
}

// Nodes that started together must not ask together: each waits up to so much less or more.
const spread = 0.2;

/** Keeps what `read` answers. */
export function createKept<T>({ bus, logger, topic, checkMs, initial, read }: Parts<T>): Kept<T> {
  const closing = new AsyncDisposableStack();
  let value = initial;

  // One read at a time, so that an old one does not end last; whoever asks meanwhile shares the next.
  let underWay: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | undefined;
  async function readNow(): Promise<void> {
    next = undefined;
    const reading = read();
    underWay = reading.catch(() => undefined);
    value = await reading;
  }
  function renew(): Promise<void> {
    next ??= underWay.then(readNow);
    return next;
  }

  async function check(): Promise<void> {
    await renew().catch((error: unknown) => logger.warn({ err: error }, `what stands of ${topic} could not be read; the next check does`));
  }

  function checkOn(): () => void {
    let stopped = false;
    let timer = later();
    function later(): NodeJS.Timeout {
      return setTimeout(() => void check().finally(again), checkMs * (1 - spread + 2 * spread * Math.random())).unref();
    }
    function again(): void {
      if (!stopped) timer = later();
    }
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }

  return {
    get value() {
      return value;
    },
    async begin() {
      closing.defer(await bus.subscribe(topic, () => void check()));
      closing.defer(bus.onGap(() => void check()));
      await renew();
      closing.defer(checkOn());
    },
    async changed() {
      await check();
      await bus.publish(topic, 'changed');
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
