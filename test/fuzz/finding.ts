import type { Operation } from './document.ts';

/** Something that must not be. */
export interface Finding {
  readonly faults: readonly string[];
  /** What it came of or came for: a document with its variables, or what was sent as it was; absent: it is not known. */
  readonly operation?: Pick<Operation, 'query' | 'variables'> | undefined;
  /** Who asked. */
  readonly as?: string | undefined;
  /** What may have brought it about: what was sent last, and what was listened to. */
  readonly around: readonly string[];
}

/** Takes what is wrong; where nothing is, nothing. */
export type Find = (faults: readonly string[], operation?: Finding['operation'], as?: string) => void;

/** How often something was, by its name. */
export type Counts = Record<string, number>;

/** Once more. */
export function count(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** Both together. */
export function mergeCounts(one: Counts, other: Counts): Counts {
  const merged = { ...one };
  for (const [name, n] of Object.entries(other)) merged[name] = (merged[name] ?? 0) + n;
  return merged;
}
