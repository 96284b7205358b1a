import type { Server } from '../support/server.ts';

/** A server under test, in a process of its own, with what is needed to subscribe to it and to make it deliver. */
export interface Subject extends AsyncDisposable {
  readonly server: Server;
  /** Prepares one event for each of these texts. Returns a function that publishes them all at once. */
  prepare(texts: readonly string[]): Promise<() => Promise<void>>;
}
