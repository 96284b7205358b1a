import type { Logger } from 'pino';
import type { Bus } from '../bus/index.ts';
import type { Db, KnownHead, StreamRow } from '../db/index.ts';
import { noTracer, type Span, type Tracer } from '../tracer.ts';
import type { Append } from './append.ts';
import { type CommitCounts, type CommitLimits, Committer } from './committer.ts';
import type { Entry } from './entry.ts';
import { formatHint, streamTopic } from './hint.ts';
import type { Done } from './place.ts';
import { type LogPage, type LogRange, readGoneOn, readHeads, readPage, readPages, type StreamRange } from './read.ts';

/** The log's face. Disposing it lets what was accepted come to its end. */
export interface Log extends AsyncDisposable {
  /**
   * Locks, decides, numbers, stores, commits, publishes, in one commit with whatever else is being appended. Resolves after commit. Throws what `decide` threw, or ChatError UNAVAILABLE: not
   * known to be stored, safe to send again where the act has a key or sets a state.
   */
  append<T>(append: Append<T>): Promise<T>;
  /** Entries past a position, without a hole. Throws ChatError UNAVAILABLE. */
  read(streamId: bigint, range: LogRange): Promise<LogPage>;
  /** The same of several streams, in the order asked for: they are read together. */
  readAll(ranges: readonly StreamRange[]): Promise<readonly LogPage[]>;
  /** The streams' rows as they stand; absent ones are absent. Throws ChatError UNAVAILABLE. */
  heads(ids: readonly bigint[]): Promise<ReadonlyMap<bigint, StreamRow>>;
  /** Of these streams those that go further than is known, and how far. Throws ChatError UNAVAILABLE. */
  goneOn(known: readonly KnownHead[]): Promise<readonly KnownHead[]>;
  /** What this log has committed. */
  counts(): CommitCounts;
}

/** What a log is made of. */
export interface LogParts {
  readonly db: Db;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly limits?: CommitLimits;
  /** Called with what was stored, before whoever asked for it is answered and before others are told. Must not throw. */
  readonly onStored?: ((entries: readonly Entry[]) => void) | undefined;
  /** Absent: nothing is traced. */
  readonly tracer?: Tracer;
}

// As the configuration has them where it says nothing.
const usualLimits: CommitLimits = { batch: 256, queue: 10_000, deadlineMs: 8_000 };

/** Makes the log over a database; published hints go out on the bus. */
export function createLog({ db, bus, logger, limits = usualLimits, onStored, tracer = noTracer }: LogParts): Log {
  // Not awaited: an answer never waits for the bus, and what it loses the readers find in the log.
  function publish({ verdict, placed, heads }: Done<unknown>, by: Span | undefined): void {
    onStored?.(placed.entries);
    if (verdict.silent) return;
    for (const [place, entry] of placed.entries.entries()) {
      const head = heads[place];
      const along = head === undefined ? undefined : verdict.along?.(entry, head);
      const span = by && tracer.part('log.publish', by, { kind: 'producer', notes: { 'mpim.entry': entry.type } });
      const published = bus.publish(
        streamTopic(entry.streamId),
        formatHint({ kind: 'entry', entry, along, traceparent: span?.traceparent }),
      );
      watch(span === undefined ? published : endWith(span, published), entry);
    }
  }

  function watch(published: Promise<unknown>, { streamId, seq }: Entry): void {
    published.catch((error: unknown) => logger.warn({ err: error, streamId: String(streamId), seq }, 'a hint could not be published'));
  }

  const committer = new Committer({ db, logger, limits, onDone: publish, tracer });
  return {
    // What an append is answered is its own verdict's result.
    append: <T>(append: Append<T>) => committer.append(append) as Promise<T>,
    read: (streamId, range) => readPage(db, streamId, range),
    readAll: (ranges) => readPages(db, ranges),
    heads: (ids) => readHeads(db.client, ids),
    goneOn: (known) => readGoneOn(db, known),
    counts: () => committer.counts(),
    [Symbol.asyncDispose]: () => committer[Symbol.asyncDispose](),
  };
}

async function endWith(span: Span, published: Promise<boolean>): Promise<void> {
  const isSent = await published;
  if (!isSent) span.fail('UNAVAILABLE');
  span.end();
}
