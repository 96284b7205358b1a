/** A stream that has something to do. */
export interface Due {
  readonly streamId: bigint;
  /** Its head as it was seen. Whoever takes it up goes by the log. */
  readonly upTo: number;
}

/** A due stream that is one consumer's alone. */
export interface Held extends Due {
  /** Aborted when it may be somebody else's: nothing more is begun on it. */
  readonly lost: AbortSignal;
  /** Lets it go for good. Never rejects: what is not heard is handed out once more. */
  done(): Promise<void>;
}

/** What whoever hands on has to know. */
export interface Lead {
  /** Whether something that was handed on may have been lost since this was last asked. */
  readonly anew: boolean;
  /** How much was handed on and is not done. */
  readonly waiting: number;
}

/**
 * Where due streams are handed from whoever finds them to whoever acts on them. It is a hint, like everything that is not in the database: what it loses is
 * due still, and handed on again. What it promises is that no two hold one stream at a time, as long as they heed `lost`.
 */
export interface Queue extends AsyncDisposable {
  /** Asks to be the one that hands on, for some seconds from here on; null: another is. */
  lead(): Promise<Lead | null>;
  /** Hands on, in this order. Rejects where it is not known whether that was heard. */
  put(due: readonly Due[]): Promise<void>;
  /**
   * Takes up what was handed on, first come first served, at most so many; waits up to a second where there is nothing. What is held by a consumer that has died is taken up once it has not
   * been kept for the visibility time. Rejects while the queue is away.
   */
  take(limit: number, signal: AbortSignal): Promise<readonly Held[]>;
  /** Hands on again, at once, what a consumer held that is gone. Rejects where it is not known whether that was heard. */
  inherit(consumer: string): Promise<void>;
}
