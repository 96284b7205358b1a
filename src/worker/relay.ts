import type { Logger } from 'pino';
import { type Db, type DueStream, selectDue, settleStreams } from '../db/index.ts';
import type { Effect } from './effect.ts';
import type { Queue } from './queue.ts';

/** What a relay is made of. */
export interface RelayParts {
  readonly db: Db;
  readonly queue: Queue;
  readonly effects: readonly Effect[];
  readonly logger: Logger;
  /** What was handed on and is not done is handed on again after so many ms. */
  readonly visibilityMs: number;
}

/** Finds what is due, and hands it on. */
export interface Relay {
  /** Looks once, at some hundred streams, if it is this node's turn to. True: there is more, look again at once. Rejects while database or queue are away. */
  round(): Promise<boolean>;
}

interface Outstanding {
  readonly upTo: number;
  readonly at: number;
}

/** Whether anybody wants any effect. */
interface Wish {
  readonly isWanted: boolean;
  /** A moment before anybody was asked, by the database's clock. */
  readonly before: Date;
  /** It is asked again past this, by the process's clock. */
  readonly goodUntil: number;
}

// Some hundred: a read of a few ms, and a transaction that holds nobody up.
const atOnce = 400;
// Whether anybody wants anything is asked so often, and what nobody wants is passed over as often: asking takes a read for each effect, several times a second on a node that has
// nothing else to do, and passing over a write of whatever was written to since.
const askMs = 1_000;
// So much may wait to be taken up. It bounds what the queue holds; the rest waits in the database, where it is anyway.
const mostWaiting = 10_000;

/**
 * Makes a relay. One at a time hands on; two at once would be harmless, for whoever acts on a stream holds it. Of a stream the next is handed on when what was is done: so a
 * stream that is slow is never twice in the queue.
 */
export function createRelay({ db, queue, effects, logger, visibilityMs }: RelayParts): Relay {
  const outstanding = new Map<bigint, Outstanding>();
  /** Where the walk through the due streams has come to, and whom it has met. It goes round, so that none that are slow keep those behind them waiting. */
  let after = -1n;
  let met = new Set<bigint>();
  let wish: Wish | undefined;
  /** By which the last walk over what nobody wants was begun. */
  let passed: Wish | undefined;

  /** Who begins to want something is found within askMs, and what is logged meanwhile is left for them. */
  async function ask(): Promise<Wish> {
    if (wish !== undefined && performance.now() < wish.goodUntil) return wish;
    const goodUntil = performance.now() + askMs;
    // What is logged after it is passed over by nobody who was not asked again.
    const before = await db.now();
    const answers = await Promise.all(effects.map((effect) => effect.wanted()));
    wish = { isWanted: answers.includes(true), before, goodUntil };
    return wish;
  }

  /** Passes over what nobody wants, unread: whoever begins to want something now is not told what was before. */
  async function passOver(by: Wish): Promise<boolean> {
    // Once by each asking, right after it: so that what is passed over is hardly older than the answers.
    if (after < 0n && passed === by) return false;
    passed = by;
    const due = await selectDue(db.client, { after, limit: atOnce });
    after = due.length < atOnce ? -1n : (due.at(-1)?.id ?? -1n);
    // Locking costs whoever sends: only where there is something to do.
    const old = due.filter(({ lastAt }) => lastAt <= by.before).map(({ id }) => id);
    if (old.length === 0) return due.length === atOnce;
    await db.transaction(async (tx) => {
      const { rows } = await db.lockStreams(tx, old, { leaveBusy: true });
      const settled = rows.filter(({ lastAt }) => lastAt <= by.before).map(({ id, lastSeq }) => ({ id, upTo: lastSeq }));
      if (settled.length > 0) await settleStreams(db, tx, settled);
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
    // Once round: what was not met is not due any more.
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
        logger.info({ streams: outstanding.size }, 'what was handed on may be lost: it is handed on again');
        outstanding.clear();
      }
      const known = await ask();
      if (!known.isWanted) return passOver(known);
      return lead.waiting < mostWaiting && handOn();
    },
  };
}
