import type { Logger } from 'pino';
import type { Bus } from '../bus/index.ts';

/** The parts that createNewest needs. */
export interface NewestParts {
  readonly bus: Bus;
  readonly logger: Logger;
  /** The bus topic on which nodes publish new versions. */
  readonly topic: string;
  readonly dialect: 'mysql' | 'sqlite';
  /** The time between two checks of the database, in ms. An embedded database is checked more often. */
  readonly headCheckMs: number;
  /** Returns the version that this node has. */
  readonly version: () => number;
  /** Reads the newest version, and takes it if it is newer than this node's. */
  readonly read: () => Promise<void>;
}

/** Keeps a node up to date with the newest version of something, until it is disposed of. */
export interface Newest extends AsyncDisposable {
  /**
   * Reads once, then listens and checks until it is disposed of. Throws ChatError UNAVAILABLE if the bus or the database cannot be reached.
   */
  begin(): Promise<void>;
  /**
   * Publishes a version that was made on this node. Resolves also when publishing fails: then the version is published again after the gap.
   */
  tell(version: number): Promise<void>;
}

// A random share by which the time between checks varies, up or down. Nodes that started together must not read at the same time.
const spread = 0.2;

// The embedded database has no bus, so nothing announces what another process (the command) has stored. A check costs some microseconds.
const embeddedCheckMs = 400;

/** Creates the part that keeps a node up to date. It does nothing before `begin`. */
export function createNewest({ bus, logger, topic, dialect, headCheckMs, version, read: readNewest }: NewestParts): Newest {
  const checkMs = dialect === 'sqlite' ? Math.min(embeddedCheckMs, headCheckMs) : headCheckMs;
  const closing = new AsyncDisposableStack();

  // Calls during a read share the read after it, because that read finds whatever was stored before they were made.
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

  /** The newest version made on this node, and until when other nodes may not know it. After that time their own checks have found it. */
  let made = { version: 0, unknownUntil: 0 };

  /** Handles a gap on the bus: messages of other nodes, and this node's own, may have been lost. */
  async function catchUp(): Promise<void> {
    await check();
    if (performance.now() < made.unknownUntil) await bus.publish(topic, String(made.version));
  }

  async function check(): Promise<void> {
    try {
      await read();
    } catch (error) {
      logger.warn({ err: error }, `the ${topic} could not be read; the next check retries it`);
    }
  }

  function heard(message: string): void {
    // A message that is not a number may be from another release: the database is read to be sure.
    if (Number(message) > version() || Number.isNaN(Number(message))) void check();
  }

  /** Checks repeatedly. Returns a function that stops it. */
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
      // Awaited because it is bounded, and because the command ends after it. If it is lost, catchUp publishes the version again.
      await bus.publish(topic, String(told));
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
