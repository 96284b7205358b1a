import { ChatError } from './errors.ts';

/** What is told of a span: names of the schema and the log, numbers, outcomes. Never what people say, who they are, or what they have been given. */
export type SpanNotes = Readonly<Record<string, string | number>>;

/** Something that is recorded with how long it took, as part of a trace. One that is never ended is never told of. */
export interface Span {
  /** Names its trace, in hexadecimal. */
  readonly traceId: string;
  /** By which it is gone on from, on whatever machine: `traceparent` of W3C Trace Context. */
  readonly traceparent: string;
  rename(name: string): void;
  note(notes: SpanNotes): void;
  /** Has it point to another, which may be of another trace. */
  link(other: Span): void;
  /** It did not do what it was to do; `outcome`: the code of why. */
  fail(outcome: string): void;
  /** Idempotent. */
  end(): void;
}

/** What a span is like to those beside it: it serves a client, calls a server, or hands on to, or takes from, the bus. */
export type SpanKind = 'server' | 'client' | 'producer' | 'consumer';

/** How a span begins. */
export interface SpanStart {
  /** Absent: it is between ourselves. */
  readonly kind?: SpanKind;
  readonly notes?: SpanNotes;
  readonly links?: readonly Span[];
}

/**
 * Records what takes its time. Whoever does something that may be worth a span asks for one, and goes on without it where it gets none: so that what is not recorded costs no more than the question.
 */
export interface Tracer {
  /** What is running is part of this span; undefined: of none, or of one that has ended. */
  current(): Span | undefined;
  /** Begins a trace, or goes on with the one of a client (`from`, as it sent it); undefined where it is not to be recorded. */
  enter(name: string, start: SpanStart & { readonly from?: unknown }): Span | undefined;
  /** Begins a part of what is recorded: of a span here, or of one elsewhere by its traceparent. Undefined where that can be none. */
  part(name: string, of: Span | string, start?: SpanStart): Span | undefined;
  /** Does something as part of a span: `current` is that in all that it starts, awaited or not. */
  run<T>(span: Span, work: () => T): T;
}

/** Records nothing. */
export const noTracer: Tracer = {
  current: () => undefined,
  enter: () => undefined,
  part: () => undefined,
  run: (_, work) => work(),
};

/** Does something as a span, if there is one, which ends with it; what it throws is the span's outcome. */
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
