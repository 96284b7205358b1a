/** Selects a part of an ordered list. Keys are exclusive. At most one of `first` and `last`, each 1..100. */
export interface PageRequest<K> {
  readonly first?: number | undefined;
  readonly after?: K | undefined;
  readonly last?: number | undefined;
  readonly before?: K | undefined;
}

/** A part of an ordered list, ascending. Both flags were true of the list at the moment of reading. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** How many items of a list to read, and after which key. */
export interface ListRequest {
  readonly first: number;
  readonly after?: string | undefined;
}

/** A page of a list that is read forward only. Each item has its key, which is opaque text. */
export interface Listed<T> {
  readonly items: readonly (T & { readonly key: string })[];
  readonly hasNextPage: boolean;
}
