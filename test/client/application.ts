import type { Followed } from './followed.ts';

/** Where an application puts the events that it gets. */
export interface Sink {
  next(event: Followed): void;
  /** The error that ended the subscription, or null if it completed. */
  end(error: Error | null): void;
}

/** An application’s client, over a connection that can be cut. */
export interface Application {
  /** The signed-in user, by a query. */
  me(): Promise<string | undefined>;
  /** The first presence of a user, by a subscription that is not resumed. */
  presence(id: string): Promise<string | undefined>;
  events(sink: Sink): () => void;
  /** Follows events with a document that cannot be resumed. */
  incomplete(sink: Sink): () => void;
  conversation(id: string, after: number, sink: Sink): () => void;
}
