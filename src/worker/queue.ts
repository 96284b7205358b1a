/** A stream with entries whose effects are not done. */
export interface Due {
  readonly streamId: bigint;
  /** The stream's head when it was seen. The runner goes by the log. */
  readonly upTo: number;
}

/** A due stream that one consumer holds. */
export interface Held extends Due {
  /** Aborts when another consumer may hold the stream: nothing more may be started on it. */
  readonly lost: AbortSignal;
  /** Releases the stream for good. Never rejects: if the queue does not hear of it, the stream is handed out once more. */
  done(): Promise<void>;
}

/** What the relay must know before it hands on. */
export interface Lead {
  /** Whether something that was handed on may have been lost since the last call. */
  readonly anew: boolean;
  /** How many items were handed on and are not done. */
  readonly waiting: number;
}

/**
 * The queue of due streams, from the relay to the runners. It is only a hint: what it loses is still due in the database and is handed on
 * again. It promises that no two consumers hold one stream at the same time, as long as they obey `lost`.
 */
export interface Queue extends AsyncDisposable {
  /** Asks to be the relay for the next few seconds. Null: another node is. */
  lead(): Promise<Lead | null>;
  /** Hands streams on, in this order. Rejects if it is unknown whether the queue has received them. */
  put(due: readonly Due[]): Promise<void>;
  /**
   * Takes up at most `limit` streams, in the order in which they were handed on. Waits up to a second if there are none. Streams of a
   * consumer that has died are taken up once they have not been renewed for the visibility time. Rejects while the queue is away.
   */
  take(limit: number, signal: AbortSignal): Promise<readonly Held[]>;
  /** Hands on again at once what a dead consumer held. Rejects if it is unknown whether the queue has received it. */
  inherit(consumer: string): Promise<void>;
}
