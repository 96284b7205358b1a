import type { Config } from '../config/index.ts';
import { poll } from '../polling.ts';
import { type DeliverParts, deliver, takeUp } from './deliver.ts';
import { type DueParts, handOutDue } from './due.ts';

/** The parts that the rounds need. */
export type RoundParts = DeliverParts & DueParts & { readonly config: Pick<Config, 'jobPollMs'> };

/** This node's part in sending what is due. Disposing it aborts what is under way; it is started again by another node, or by this one. */
export interface Rounds extends AsyncDisposable {
  /** Starts to poll for what is due. */
  begin(): void;
  /** Sends what is due now and returns how many deliveries that were, whether they succeeded or not. Throws UNAVAILABLE. */
  sendDue(): Promise<number>;
}

// Rounds that are sent in parallel, so that one that waits for a dead server does not stop the others. They share the connection pool with
// the node's requests.
const lanes = 4;

/** Creates the rounds. They do not poll before `begin`. */
export function createRounds(parts: RoundParts): Rounds {
  const { db, config, logger } = parts;
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();
  let polling = Promise.resolve();

  async function sendDue(): Promise<number> {
    for (let sent = 0; ; ) {
      const handedOut = await handOutDue(parts, closing.signal);
      const claims = await takeUp({ db });
      await deliver(parts, claims, closing.signal);
      sent += claims.rows.length;
      if (handedOut + claims.rows.length === 0) return sent;
    }
  }

  /** Hands out and claims once. Claimed deliveries are sent in the background. Returns whether there may be more. */
  async function round(): Promise<boolean> {
    const handedOut = await handOutDue(parts, closing.signal);
    if (underWay.size >= lanes) {
      await Promise.race(underWay);
      return true;
    }
    const claims = await takeUp({ db });
    if (claims.rows.length === 0) return handedOut > 0;
    const sending: Promise<void> = deliver(parts, claims, closing.signal)
      .catch(warn)
      .finally(() => underWay.delete(sending));
    underWay.add(sending);
    return true;
  }

  function warn(error: unknown): void {
    if (!closing.signal.aborted) logger.warn({ err: error }, 'pending pushes could not be read or stored; this will be retried');
  }

  return {
    begin() {
      polling = poll(round, { pauseMs: () => config.jobPollMs, failed: warn, signal: closing.signal });
    },
    sendDue,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await polling;
      await Promise.all(underWay);
    },
  };
}
