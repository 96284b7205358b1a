/** Texts under keys that all nodes have in common. Each call is over within a bound. */
export interface Remote extends AsyncDisposable {
  /** False while it cannot be asked. */
  readonly ready: boolean;
  /** In the order of the keys; null where there is none. Rejects where there is no answer in time. */
  read(keys: readonly string[]): Promise<readonly (string | null)[]>;
  /** Keeps a text for so many ms, whatever is there. */
  put(key: string, text: string, ms: number): Promise<void>;
  /** The same, unless something is there. */
  add(key: string, text: string, ms: number): Promise<void>;
  /** Takes away what is there, unless that is another text by now. */
  drop(key: string, text: string): Promise<void>;
}
