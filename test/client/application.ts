import type { Followed } from './followed.ts';

/** Where an application puts what it is told. */
export interface Sink {
  next(event: Followed): void;
  /** The message and name of what ended it. */
  end(error: Error | null): void;
}

/** An application's client, over the way that can be cut. */
export interface Application {
  /** Who is signed in, by a query. */
  me(): Promise<string | undefined>;
  /** The first presence of somebody: a subscription that is not resumed. */
  presence(id: string): Promise<string | undefined>;
  events(sink: Sink): () => void;
  /** With a document that cannot be resumed. */
  incomplete(sink: Sink): () => void;
  conversation(id: string, after: number, sink: Sink): () => void;
}
