/** A key-value store of texts that all nodes share. Every call ends within a bound. */
export interface Remote extends AsyncDisposable {
  /** False while the store cannot be reached. */
  readonly ready: boolean;
  /** Reads texts in the order of the keys, null where there is none. Rejects if there is no answer in time. */
  read(keys: readonly string[]): Promise<readonly (string | null)[]>;
  /** Stores a text for `ms` milliseconds, replacing any other. */
  put(key: string, text: string, ms: number): Promise<void>;
  /** Stores a text for `ms` milliseconds, unless there is one. */
  add(key: string, text: string, ms: number): Promise<void>;
  /** Deletes a key if its text is still `text`. */
  drop(key: string, text: string): Promise<void>;
}
