import type { Span, Tracer } from '../tracer.ts';

/** An append that waits for its commit, as its trace has it. */
export interface Wait {
  /** What appends. */
  readonly by: Span;
  /** From when it came until a commit takes it up. */
  readonly span: Span | undefined;
  /** It is waited for no longer. */
  giveUp(): void;
}

/** Begins the wait of an append for its commit, if what appends is traced. */
export function beginWait(tracer: Tracer, by: Span | undefined): Wait | undefined {
  if (by === undefined) return undefined;
  const span = tracer.part('log.wait', by);
  return {
    by,
    span,
    giveUp() {
      span?.fail('UNAVAILABLE');
      span?.end();
    },
  };
}

/**
 * Begins the one span of a commit, if any of the appends that share it is traced, and ends their waits. It is part of the trace of the first, for a span has one parent; it points to all that share it, and the waits of the
 * others point to it.
 */
export function beginCommit(tracer: Tracer, taken: readonly { readonly wait: Wait | undefined }[]): Span | undefined {
  // Nothing is made for a commit of which nobody traces anything.
  if (taken.every(({ wait }) => wait === undefined)) return undefined;
  const waits = taken.flatMap(({ wait }) => wait ?? []);
  const [first, ...others] = waits;
  if (first === undefined) return undefined;
  const span = tracer.part('log.commit', first.by, {
    kind: 'client',
    notes: { 'mpim.appends': taken.length },
    links: others.map(({ by }) => by),
  });
  for (const wait of waits) {
    if (wait !== first && span !== undefined) wait.span?.link(span);
    wait.span?.end();
  }
  return span;
}
