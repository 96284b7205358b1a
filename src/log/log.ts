import type { Logger } from 'pino';
import type { Bus } from '../bus/index.ts';
import type { Db, KnownHead, StreamRow } from '../db/index.ts';
import { noTracer, type Span, type Tracer } from '../tracer.ts';
import type { Append } from './append.ts';
import { type CommitCounts, type CommitLimits, Committer } from './committer.ts';
import type { Entry } from './entry.ts';
import { formatHint, streamTopic, withTrace } from './hint.ts';
import type { Done } from './place.ts';
import { type LogPage, type LogRange, readHeads, readMovedHeads, readPage, readPages, type StreamRange } from './read.ts';

/** Appends to streams and reads them. Disposing it waits until the appends that were accepted have ended. */
export interface Log extends AsyncDisposable {
  /**
   * Locks the streams, decides, numbers and writes the entries, commits and publishes hints. Appends that wait at the same time share one
   * commit. Resolves after the commit. Throws what `decide` threw, or ChatError UNAVAILABLE if it is not known whether the append was
   * stored. It is then safe to send it again if the act has a key or sets a state.
   */
  append<T>(append: Append<T>): Promise<T>;
  /** Reads the entries after a position, without a gap. Throws ChatError UNAVAILABLE. */
  read(streamId: bigint, range: LogRange): Promise<LogPage>;
  /** Reads pages of several streams together. Results are in the order of `ranges`. Throws ChatError UNAVAILABLE. */
  readAll(ranges: readonly StreamRange[]): Promise<readonly LogPage[]>;
  /** Reads the current rows of streams. Streams that do not exist are absent from the answer. Throws ChatError UNAVAILABLE. */
  heads(ids: readonly bigint[]): Promise<ReadonlyMap<bigint, StreamRow>>;
  /**
   * Compares known heads with the database. Returns the current heads of the streams that have moved past them. Throws ChatError
   * UNAVAILABLE.
   */
  movedHeads(known: readonly KnownHead[]): Promise<readonly KnownHead[]>;
  /** Counts what this log has committed. */
  counts(): CommitCounts;
}

/** The parts that a log is made of. */
export interface LogParts {
  readonly db: Db;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly limits?: CommitLimits;
  /** Called with the stored entries after the commit, before the caller is answered and before hints are published. Must not throw. */
  readonly onStored?: ((entries: readonly Entry[]) => void) | undefined;
  /** If absent, nothing is traced. */
  readonly tracer?: Tracer;
}

// The defaults of the configuration.
const usualLimits: CommitLimits = { batch: 256, queue: 10_000, deadlineMs: 8_000 };

/** Creates the log of a database. It publishes hints on the bus. */
export function createLog({ db, bus, logger, limits = usualLimits, onStored, tracer = noTracer }: LogParts): Log {
  // Publishing is not awaited: an answer never waits for the bus, and readers find in the log the entries whose hints were lost.
  function publish({ placed: { entries }, hints, reached }: Done<unknown>, by: Span | undefined): void {
    onStored?.(entries);
    for (const entry of reached) watch(bus.publish(streamTopic(entry.streamId), formatHint({ kind: 'reach', seq: entry.seq })), entry);
    for (const [place, hint] of hints.texts().entries()) {
      const entry = entries[place];
      if (entry !== undefined) watch(publishOne(entry, hint, by), entry);
    }
  }

  function publishOne({ streamId, type }: Entry, hint: string, by: Span | undefined): Promise<unknown> {
    const topic = streamTopic(streamId);
    const span = by && tracer.part('log.publish', by, { kind: 'producer', notes: { 'mpim.entry': type } });
    return span === undefined ? bus.publish(topic, hint) : endWith(span, bus.publish(topic, withTrace(hint, span.traceparent)));
  }

  function watch(published: Promise<unknown>, { streamId, seq }: Pick<Entry, 'streamId' | 'seq'>): void {
    published.catch((error: unknown) =>
      logger.warn(
        { err: error, streamId: String(streamId), seq },
        'a hint could not be published; other nodes find the entry at the next head check',
      ),
    );
  }

  const committer = new Committer({ db, logger, limits, onDone: publish, tracer });
  return {
    // An append is always answered with the result of its own verdict, which is a T.
    append: <T>(append: Append<T>) => committer.append(append) as Promise<T>,
    read: (streamId, range) => readPage(db, streamId, range),
    readAll: (ranges) => readPages(db, ranges),
    heads: (ids) => readHeads(db.client, ids),
    movedHeads: (known) => readMovedHeads(db, known),
    counts: () => committer.counts(),
    [Symbol.asyncDispose]: () => committer[Symbol.asyncDispose](),
  };
}

async function endWith(span: Span, published: Promise<boolean>): Promise<void> {
  const isSent = await published;
  if (!isSent) span.fail('UNAVAILABLE');
  span.end();
}
