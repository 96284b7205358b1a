import { createBackOff } from './back-off.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Variables, Watch } from './document.ts';
import { readEvent } from './event.ts';
import { type Failure, failed, failureOfErrors, type ServerError } from './failure.ts';
import { type Inflow, openInflow, type Result, type Sink } from './inflow.ts';
import { inform } from './inform.ts';
import type { Position, PositionChange, PositionStore } from './position.ts';
import type { End, Status } from './status.ts';
import { createTrack, type Hole, type Track } from './track.ts';

/** What comes along with an event. */
export interface Delivery {
  /** How it changes positions. The store saves it after the event was applied, unless the store has no `save`. */
  readonly change: PositionChange;
  /** The errors of fields that are null in the event because they could not be read. A retry would not bring them. Mostly empty. */
  readonly errors: readonly ServerError[];
}

/** The options that all ways of following have. */
export interface ResumeOptions {
  /**
   * Called when the server rejected the access token, or has ended its session. It should get a fresh one and return whether there is one;
   * false means that the user must sign in. If it throws, that counts as a network failure. Leave it out if the token source refreshes by
   * itself; then a session that was ended ends the following.
   */
  readonly refresh?: (() => Promise<boolean> | boolean) | undefined;
  readonly onStatus?: ((status: Status) => void) | undefined;
  /**
   * Called if entries are missing twice at the same place, which is a bug of the server: please report it. Read pages to get what is
   * missing.
   */
  readonly onHole?: ((hole: Hole) => void) | undefined;
  /** Returns the read marker that the application has for a conversation, or null if it has none. */
  readonly readSeq?: ((streamId: string) => number | null) | undefined;
  /**
   * Registers a function to call when a retry may succeed before the wait is over. Returns a function that unregisters it. See
   * `browserWake`.
   */
  readonly wake?: ((wakeUp: () => void) => () => void) | undefined;
  /** The most results to queue. Past it, the rest is read from the server's log. Defaults to 1,000. */
  readonly queueLimit?: number | undefined;
  /** Stops following when aborted. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
  /** Returns a number in [0, 1). */
  readonly random?: (() => number) | undefined;
}

/** The parts of a following. */
export interface ResumeParts<R extends Result> {
  readonly watch: Watch;
  readonly given: Variables;
  readonly positions: PositionStore;
  readonly subscribe: (variables: Variables, sink: Sink<R>) => () => void;
  readonly apply: (event: unknown, result: R, delivery: Delivery) => void | Promise<void>;
  readonly options: ResumeOptions;
}

/** A subscription that reconnects and resumes by itself. */
export interface Following {
  /** Resolves when it has ended and the event in progress is applied. Never rejects. */
  readonly ended: Promise<End>;
  /** Ends it. The event in progress is still applied, and nothing after it. Resolves like `ended`. */
  stop(): Promise<End>;
}

// The server queues a client for up to 30 s before it turns it away.
const patienceMs = 60_000;
// A result has a few hundred bytes, so these are a few hundred KB.
const usualLimit = 1_000;

/**
 * Follows until it is stopped or refused: connects with the current positions, applies one event after another, and reconnects when the
 * connection ends.
 */
export function resume<R extends Result>({ watch, given, positions, subscribe, apply, options }: ResumeParts<R>): Following {
  const { refresh, onStatus, onHole, readSeq, wake, queueLimit = usualLimit, signal, clock = systemClock, random = Math.random } = options;
  const backOff = createBackOff(random);
  let stopped = false;
  let inflow: Inflow<R> | null = null;
  let cutWait: (() => void) | null = null;
  /** A refresh was tried, and no event since has shown that it helped. */
  let refreshed = false;
  /** Where entries were missing the last time. */
  let suspect = '';

  async function held(): Promise<readonly Position[]> {
    const loaded = watch.own(given, await positions.load());
    if (readSeq === undefined) return loaded;
    return loaded.map((position) => ({ ...position, readSeq: readSeq(position.streamId) ?? position.readSeq }));
  }

  async function takeOne(track: Track, result: R): Promise<Failure | null> {
    const event = Object(result.data)[watch.responseName] as unknown;
    const errors = result.errors ?? [];
    // What is temporarily unavailable can be read with a retry, as long as the position is before it.
    if (errors.length > 0) {
      const failure = failureOfErrors(errors);
      if (event === undefined || event === null || failure.remedy === 'later') return failure;
    }
    const facts = readEvent(event);
    const taken = track.look(facts);
    if (taken.is === 'seen') return null;
    if (taken.is === 'hole') {
      const { streamId, after, next } = taken.hole;
      const found = `${streamId} ${after}`;
      if (found !== suspect) {
        suspect = found;
        return failed('at once', `the entries between ${after} and ${next} of ${streamId} are missing`);
      }
      inform(clock, () => onHole?.(taken.hole));
    }
    const failure = await handOn(event, result, { change: taken.change, errors });
    if (failure !== null) return failure;
    track.move(facts, taken.change);
    // Only events that move positions count as progress. Others come with each connection.
    if (taken.change.set.length + taken.change.remove.length > 0) backOff.reset();
    refreshed = false;
    if (facts.means.type === 'ready') tell({ state: 'live' });
    return null;
  }

  async function handOn(event: unknown, result: R, delivery: Delivery): Promise<Failure | null> {
    const failure = await attempt('an event was not applied', () => apply(event, result, delivery));
    return failure ?? attempt('positions were not saved', () => positions.save?.(delivery.change));
  }

  async function visit(): Promise<Failure> {
    let after: readonly Position[] = [];
    const unread = await attempt('positions were not loaded', async () => {
      after = await held();
    });
    if (unread !== null) return unread;
    if (stopped) return failed('end', 'stopped');
    const track = createTrack(after);
    const opened = openInflow<R>({
      subscribe: (sink) => subscribe(watch.variables(given, after), sink),
      limit: queueLimit,
      patienceMs,
      clock,
    });
    inflow = opened;
    let told = false;
    try {
      for (;;) {
        const arrival = await opened.next();
        if ('failure' in arrival) return arrival.failure;
        // It can be stopped between the moment when the result came and this one.
        if (stopped) return failed('end', 'stopped');
        if (!told && arrival.result.data) {
          told = true;
          tell({ state: 'catching up' });
        }
        const failure = await takeOne(track, arrival.result);
        if (failure !== null) return failure;
      }
    } finally {
      opened.close();
    }
  }

  async function wait(failure: Failure): Promise<void> {
    const [ms, since] = [backOff.next(failure), clock.now()];
    tell({ state: 'waiting', until: since + ms, failure });
    if (stopped) return;
    await new Promise<void>((resolve) => {
      let unwatch: (() => void) | undefined;
      const callOff = clock.after(ms, done);
      cutWait = done;
      // Not earlier than the server asked for, whatever has changed here.
      unwatch = wake?.(() => void (clock.now() - since >= (failure.retryAfterMs ?? 0) && done()));
      if (cutWait === null) unwatch?.();
      function done(): void {
        cutWait = null;
        callOff();
        unwatch?.();
        resolve();
      }
    });
  }

  /** Decides what to do after a failed connection: the end, or null to retry. */
  async function heed(failure: Failure): Promise<End | null> {
    // By `refresh` a session learns that it has ended, and it may begin the next one.
    const isOver = failure.code === 4401;
    if (failure.remedy === 'end' && !isOver) return { reason: 'refused', failure };
    if (failure.remedy !== 'refresh' && !isOver) {
      refreshed = false;
      return null;
    }
    if (refreshed || (isOver && refresh === undefined)) return { reason: 'signed out', failure };
    if ((await refresh?.()) === false) return { reason: 'signed out', failure };
    refreshed = true;
    return null;
  }

  async function run(): Promise<End> {
    while (!stopped) {
      tell({ state: 'connecting' });
      let failure = await visit().catch((error: unknown) => broken('an event was not understood', error));
      if (stopped) break;
      try {
        const end = await heed(failure);
        if (end !== null && !stopped) return end;
      } catch (error) {
        failure = failed('later', `the access token could not be refreshed: ${inWords(error)}`, error);
      }
      if (!stopped) await wait(failure);
    }
    return { reason: 'stopped', failure: null };
  }

  function tell(status: Status): void {
    if (!stopped || status.state === 'ended') inform(clock, () => onStatus?.(status));
  }

  function halt(): void {
    stopped = true;
    inflow?.close();
    cutWait?.();
  }

  if (signal?.aborted) halt();
  signal?.addEventListener('abort', halt);
  const ended = run().then((end) => {
    stopped = true;
    signal?.removeEventListener('abort', halt);
    tell({ state: 'ended', end });
    return end;
  });
  return {
    ended,
    stop() {
      halt();
      return ended;
    },
  };
}

/** Runs code of the application. */
async function attempt(what: string, work: () => unknown): Promise<Failure | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return broken(what, error);
  }
}

function broken(what: string, error: unknown): Failure {
  return failed('later', `${what}: ${inWords(error)}`, error);
}

function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
