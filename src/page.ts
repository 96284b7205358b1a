/** Which part of an ordered list is wanted: keys are exclusive. At most one of first and last, each 1..100. */
export interface PageRequest<K> {
  readonly first?: number | undefined;
  readonly after?: K | undefined;
  readonly last?: number | undefined;
  readonly before?: K | undefined;
}

/** Part of an ordered list, ascending. Both flags are true statements about the list at the moment of reading. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}
