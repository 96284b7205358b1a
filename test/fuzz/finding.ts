import type { Operation } from './document.ts';

/** A fault that must not occur. */
export interface Finding {
  readonly faults: readonly string[];
  /** The operation that caused or revealed it: a document with its variables, or a raw request. Undefined if it is not known. */
  readonly operation?: Pick<Operation, 'query' | 'variables'> | undefined;
  /** The name of the user who sent it. */
  readonly as?: string | undefined;
  /** Possible causes: the last operations, and the open subscriptions. */
  readonly around: readonly string[];
}

/** Reports faults. An empty list reports nothing. */
export type Find = (faults: readonly string[], operation?: Finding['operation'], as?: string) => void;

/** Counts by name. */
export type Counts = Record<string, number>;

/** Adds one. */
export function count(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** Adds two sets of counts. */
export function mergeCounts(one: Counts, other: Counts): Counts {
  const merged = { ...one };
  for (const [name, n] of Object.entries(other)) merged[name] = (merged[name] ?? 0) + n;
  return merged;
}
