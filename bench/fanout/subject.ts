import type { Server } from '../support/server.ts';

/** A server under test: a process of its own, and what it takes to subscribe to it and to make it deliver. */
export interface Subject extends AsyncDisposable {
  readonly server: Server;
  /** Makes so many events of these texts ready, and answers how to publish them, at once. */
  prepare(texts: readonly string[]): Promise<() => Promise<void>>;
}
