import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { type DeliverParts, deliver, takeUp } from './deliver.ts';
import { type DueParts, handOutDue } from './due.ts';

/** What the rounds are made of. */
export type RoundParts = DeliverParts & DueParts & { readonly config: Pick<Config, 'jobPollMs'> };

/** This node's share in sending what is due. Disposing it breaks off what is under way, which another node, or this one, begins anew. */
export interface Rounds extends AsyncDisposable {
  /** Looks for what is due from here on. */
  begin(): void;
  /** Sends what is due at this moment and answers how much that was, whatever came of it. Throws UNAVAILABLE. */
  sendDue(): Promise<number>;
}

// One that waits for a server that does not answer leaves the others to go on. They share the pool with those who answer people.
const lanes = 4;

/** Makes them; nothing is looked for yet. */
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

  /** Hands out and takes up once; what is taken up is sent without being waited for. Answers whether there may be more. */
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
    if (!closing.signal.aborted) logger.warn({ err: error }, 'what is to be pushed could not be read or stored; it is looked for again');
  }

  async function poll(): Promise<void> {
    while (!closing.signal.aborted) {
      const more = await round().catch((error: unknown) => {
        warn(error);
        return false;
      });
      // With jitter, so that nodes do not look all at once.
      const pauseMs = more ? 0 : config.jobPollMs * (0.5 + Math.random());
      await delay(pauseMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
    }
  }

  return {
    begin() {
      polling = poll();
    },
    sendDue,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await polling;
      await Promise.all(underWay);
    },
  };
}
