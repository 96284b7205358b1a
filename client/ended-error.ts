import type { End } from './status.ts';

/** The error of a subscription that has ended for good. */
export class EndedError extends Error {
  override readonly name = 'EndedError';
  readonly end: End;

  constructor(end: End) {
    super(end.failure?.message ?? 'stopped', { cause: end.failure?.cause });
    this.end = end;
  }
}
