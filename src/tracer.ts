import { ChatError } from './errors.ts';

/**
 * Attributes of a span: names from the schema and the log, numbers, outcomes. Never what users write, who they are, or their credentials.
 */
export type SpanNotes = Readonly<Record<string, string | number>>;

/** A timed operation within a trace. A span that is never ended is never sent. */
export interface Span {
  /** The id of the trace, in hexadecimal. */
  readonly traceId: string;
  /** The `traceparent` of W3C Trace Context, by which the trace continues on another machine. */
  readonly traceparent: string;
  rename(name: string): void;
  note(notes: SpanNotes): void;
  /** Links to another span, which may belong to another trace. */
  link(other: Span): void;
  /** Marks the operation as failed. `outcome` is the error code. */
  fail(outcome: string): void;
  /** Ends the span. Idempotent. */
  end(): void;
}

/** The role of a span: it serves a client, calls a server, or sends to or receives from the bus. */
export type SpanKind = 'server' | 'client' | 'producer' | 'consumer';

/** How a span starts. */
export interface SpanStart {
  /** Absent for an internal operation. */
  readonly kind?: SpanKind;
  readonly notes?: SpanNotes;
  readonly links?: readonly Span[];
}

/**
 * Records spans. Its methods return undefined if nothing is to be recorded, so an operation that is not recorded costs no more than the
 * call.
 */
export interface Tracer {
  /** Returns the span of the code that is running. Undefined if it has none, or the span has ended. */
  current(): Span | undefined;
  /** Starts a trace, or continues the client's (`from`, as the client sent it). Undefined if it is not to be recorded. */
  enter(name: string, start: SpanStart & { readonly from?: unknown }): Span | undefined;
  /** Starts a child of a span, which is given as such or, from elsewhere, by its traceparent. Undefined if it is not to be recorded. */
  part(name: string, of: Span | string, start?: SpanStart): Span | undefined;
  /** Runs `work` within a span: `current` returns it in everything that `work` starts, awaited or not. */
  run<T>(span: Span, work: () => T): T;
}

/** A tracer that records nothing. */
export const noTracer: Tracer = {
  current: () => undefined,
  enter: () => undefined,
  part: () => undefined,
  run: (_, work) => work(),
};

/** Runs `work` within a span, if there is one, and ends the span. An error that `work` throws becomes the span's outcome. */
export async function recorded<T>(tracer: Tracer, span: Span | undefined, work: () => Promise<T>): Promise<T> {
  if (span === undefined) return await work();
  try {
    return await tracer.run(span, work);
  } catch (error) {
    span.fail(error instanceof ChatError ? error.code : 'INTERNAL');
    throw error;
  } finally {
    span.end();
  }
}
