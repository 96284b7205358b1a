import type { Logger } from 'pino';
import { type Db, type DueStream, markEffectsDone, selectDue } from '../db/index.ts';
import type { Effect } from './effect.ts';
import type { Queue } from './queue.ts';

/** The parts that a relay needs. */
export interface RelayParts {
  readonly db: Db;
  readonly queue: Queue;
  readonly effects: readonly Effect[];
  readonly logger: Logger;
  /** The time in ms after which a stream that was handed on and is not done is handed on again. */
  readonly visibilityMs: number;
}

/** The relay: finds due streams and hands them on. */
export interface Relay {
  /**
   * Looks once, at some hundred streams, if this node is the relay. True: there is more, look again at once. Rejects while the database or
   * the queue is away.
   */
  round(): Promise<boolean>;
}

interface Outstanding {
  readonly upTo: number;
  readonly at: number;
}

/** Whether anybody wants any effect. */
interface Demand {
  readonly isWanted: boolean;
  /** A time before anybody was asked, by the database's clock. */
  readonly before: Date;
  /** When to ask again, by performance.now(). */
  readonly goodUntil: number;
}

// Some hundred: a read of a few ms, and a transaction that delays nobody.
const atOnce = 400;
// How often the effects are asked whether they are wanted, and how often unwanted entries are passed over. Asking reads once per effect,
// which an idle node would otherwise do several times a second. Passing over writes every stream that was written to since.
const askMs = 1_000;
// The limit on items that wait in the queue. The rest waits in the database, where it is anyway.
const mostWaiting = 10_000;

/**
 * Creates a relay. One node at a time is the relay; two at once would be harmless, since runners hold the streams they act on. A stream is
 * handed on again only when the former item is done, so a slow stream is never in the queue twice.
 */
export function createRelay({ db, queue, effects, logger, visibilityMs }: RelayParts): Relay {
  const outstanding = new Map<bigint, Outstanding>();
  /**
   * The position of the walk through the due streams, and the streams that it has met. The walk goes round, so slow streams do not block
   * those behind them.
   */
  let after = -1n;
  let met = new Set<bigint>();
  let wish: Demand | undefined;
  /** The wish with which the last walk over unwanted streams was started. */
  let passed: Demand | undefined;

  /** An effect that becomes wanted is noticed within askMs. Entries logged meanwhile are kept for it. */
  async function ask(): Promise<Demand> {
    if (wish !== undefined && performance.now() < wish.goodUntil) return wish;
    const goodUntil = performance.now() + askMs;
    // Entries logged after this time are passed over only if the effects were asked again.
    const before = await db.now();
    const answers = await Promise.all(effects.map((effect) => effect.wanted()));
    wish = { isWanted: answers.includes(true), before, goodUntil };
    return wish;
  }

  /** Passes over unwanted entries without reading them: an effect that becomes wanted now does not get what was before. */
  async function skip(by: Demand): Promise<boolean> {
    // Once per wish, right after asking, so that what is passed over is hardly older than the answers.
    if (after < 0n && passed === by) return false;
    passed = by;
    const due = await selectDue(db.client, { after, limit: atOnce });
    after = due.length < atOnce ? -1n : (due.at(-1)?.id ?? -1n);
    // The locks delay senders, so they are taken only if there is something to do.
    const old = due.filter(({ lastAt }) => lastAt <= by.before).map(({ id }) => id);
    if (old.length === 0) return due.length === atOnce;
    await db.transaction(async (tx) => {
      const { rows } = await db.lockStreams(tx, old, { leaveBusy: true });
      const settled = rows.filter(({ lastAt }) => lastAt <= by.before).map(({ id, lastSeq }) => ({ id, upTo: lastSeq }));
      if (settled.length > 0) await markEffectsDone(db, tx, settled);
    });
    return due.length === atOnce;
  }

  async function handOn(): Promise<boolean> {
    const due = await selectDue(db.client, { after, limit: atOnce });
    const now = performance.now();
    const fresh = due.filter((stream) => !isUnderWay(stream, now));
    if (fresh.length > 0) {
      await queue.put(fresh.map(({ id, lastSeq }) => ({ streamId: id, upTo: lastSeq })));
      for (const { id, lastSeq } of fresh) outstanding.set(id, { upTo: lastSeq, at: now });
    }
    goOn(due);
    return due.length === atOnce;
  }

  function isUnderWay({ id, jobSeq }: DueStream, now: number): boolean {
    const known = outstanding.get(id);
    return known !== undefined && known.upTo > jobSeq && now - known.at < visibilityMs;
  }

  function goOn(due: readonly DueStream[]): void {
    for (const { id } of due) met.add(id);
    if (due.length === atOnce) {
      after = due.at(-1)?.id ?? -1n;
      return;
    }
    // The walk has been round once: a stream that was not met is not due any more.
    for (const id of outstanding.keys()) if (!met.has(id)) outstanding.delete(id);
    met = new Set();
    after = -1n;
  }

  return {
    async round() {
      const lead = await queue.lead();
      if (lead === null) {
        outstanding.clear();
        return false;
      }
      if (lead.anew && outstanding.size > 0) {
        logger.info({ streams: outstanding.size }, 'queued work may have been lost and is queued again');
        outstanding.clear();
      }
      const known = await ask();
      if (!known.isWanted) return skip(known);
      return lead.waiting < mostWaiting && handOn();
    },
  };
}
