import type { End } from './status.ts';

/** A subscription that has ended for good, where a library tells of it as an error. */
export class EndedError extends Error {
  override readonly name = 'EndedError';
  readonly end: End;

  constructor(end: End) {
    super(end.failure?.message ?? 'stopped', { cause: end.failure?.cause });
    this.end = end;
  }
}
