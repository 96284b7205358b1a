import type { Logger } from 'pino';
import type { Bus } from '../bus/index.ts';

/** What it is made of. */
export interface NewestParts {
  readonly bus: Bus;
  readonly logger: Logger;
  /** By which nodes tell each other of a version. */
  readonly topic: string;
  readonly dialect: 'mysql' | 'sqlite';
  /** How often the database is asked without being told to, in ms; an embedded one more often. */
  readonly headCheckMs: number;
  /** The version that this node has. */
  readonly version: () => number;
  /** Reads the newest and takes it, if it is newer than what this node has. */
  readonly read: () => Promise<void>;
}

/** A node's way to keep up with the newest version of something. Disposing it ends that. */
export interface Newest extends AsyncDisposable {
  /** Listens and checks from here on, having read once. Throws ChatError UNAVAILABLE where bus or database do not answer. */
  begin(): Promise<void>;
  /** Tells the other nodes of a version that was made here. Resolves when they are told, or cannot be: then they are told again after the gap. */
  tell(version: number): Promise<void>;
}

// Nodes that started together must not ask together: each waits up to so much less or more.
const spread = 0.2;

// The embedded database has no bus to tell a node of what another process, the command line, has stored; and to ask it costs some microseconds.
const embeddedCheckMs = 400;

/** Makes it. */
export function createNewest({ bus, logger, topic, dialect, headCheckMs, version, read: readNewest }: NewestParts): Newest {
  const checkMs = dialect === 'sqlite' ? Math.min(embeddedCheckMs, headCheckMs) : headCheckMs;
  const closing = new AsyncDisposableStack();

  // Who asks while a read is under way shares the next one: what was stored before it was asked for is found.
  let underWay: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | undefined;
  function read(): Promise<void> {
    async function readNow(): Promise<void> {
      next = undefined;
      const reading = readNewest();
      underWay = reading.catch(() => undefined);
      await reading;
    }
    next ??= underWay.then(readNow);
    return next;
  }

  /** The newest version that was made here, and until when others may not know of it: past that their own checks have found it. */
  let made = { version: 0, unknownUntil: 0 };

  /** Messages may have been lost, those of others and our own. */
  async function catchUp(): Promise<void> {
    await check();
    if (performance.now() < made.unknownUntil) await bus.publish(topic, String(made.version));
  }

  async function check(): Promise<void> {
    try {
      await read();
    } catch (error) {
      logger.warn({ err: error }, `the ${topic} could not be read; the next check does`);
    }
  }

  function heard(message: string): void {
    // What another release says is looked up as well.
    if (Number(message) > version() || Number.isNaN(Number(message))) void check();
  }

  /** Checks all the time, until it is told to stop. */
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
    async begin() {
      closing.defer(await bus.subscribe(topic, heard));
      closing.defer(bus.onGap(() => void catchUp()));
      await read();
      closing.defer(checkOn());
    },
    async tell(told) {
      made = { version: told, unknownUntil: performance.now() + checkMs * (1 + spread) };
      // Awaited, for it is bounded and a command line ends after it; where it is lost, it is said again after the gap.
      await bus.publish(topic, String(told));
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
