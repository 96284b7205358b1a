import type { Span, Tracer } from '../tracer.ts';

/** An append that waits for its commit, as a trace shows it. */
export interface Wait {
  /** The span of the caller. */
  readonly by: Span;
  /** Lasts from the append's arrival until a commit takes it. */
  readonly span: Span | undefined;
  /** Ends the wait because its deadline has passed. */
  giveUp(): void;
}

/** Begins the wait of an append for its commit, if its caller is traced. */
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
 * Begins the one span of a commit, if any of its appends is traced, and ends their waits. A span has one parent: the caller of the first
 * traced append. The span links to the callers of the others, and their waits link to it.
 */
export function beginCommit(tracer: Tracer, taken: readonly { readonly wait: Wait | undefined }[]): Span | undefined {
  // A commit without traced appends creates no objects.
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
