import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Db } from '../db/index.ts';
import type { Listener } from './channel.ts';
import type { KnownPosition } from './event.ts';
import type { Outlet } from './outlet.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';

/** The viewer's own read markers in one subscription: moved on one device, told to all. Coalesced, never dropped. */
export interface OwnMarkers {
  /** To join to the account's channel before the snapshot is read, so that no move falls between. */
  readonly listener: Listener;
  /** Tells, once the client makes room, of each marker that is not where the client has it; from then on of each that moves. */
  open(snapshot: Snapshot, held: ReadonlyMap<bigint, KnownPosition>): Promise<void>;
}

interface Parts {
  readonly db: Db;
  readonly logger: Logger;
  readonly now: () => Date;
  readonly outlet: Outlet;
  readonly userId: bigint;
}

// What cannot be read (database away) is tried again after 0.1 s, then ever later, at most every 2 s.
const firstRetryMs = 100;
const lastRetryMs = 2_000;

/** Makes the markers of one subscription. */
export function createOwnMarkers({ db, logger, now, outlet, userId }: Parts): OwnMarkers {
  const moved = new Set<bigint>();
  let last: ReadonlyMap<bigint, number> = new Map();
  let open = false;
  let checking = false;
  let missed = false;

  async function tell(): Promise<void> {
    await outlet.room();
    for (const conversationId of moved) outlet.push({ kind: 'markers', at: now(), conversationId });
    moved.clear();
  }

  // Which of them moved is not known after a miss: whatever differs from what was last read is told anew.
  async function compare(): Promise<void> {
    missed = false;
    const { conversations } = await readSnapshot(db, userId);
    for (const { streamId, readSeq } of conversations) if (last.get(streamId) !== readSeq) moved.add(streamId);
    last = readSeqs(conversations);
    await tell();
  }

  async function recheck(): Promise<void> {
    if (checking) return;
    checking = true;
    for (let retryMs = firstRetryMs; missed && !outlet.ended(); ) {
      try {
        await compare();
        retryMs = firstRetryMs;
      } catch (error) {
        missed = true;
        logger.warn({ err: error, userId: String(userId) }, 'own markers could not be read after some were missed; it is tried again');
        await delay(retryMs * (0.5 + Math.random()), undefined, { ref: false });
        retryMs = Math.min(retryMs * 2, lastRetryMs);
      }
    }
    checking = false;
  }

  return {
    listener: {
      entry: () => undefined,
      ephemeral(event) {
        if (event.kind !== 'markers') return;
        moved.add(event.conversationId);
        if (open) void tell();
      },
      missed() {
        missed = true;
        if (open) void recheck();
      },
    },
    async open({ conversations }, held) {
      for (const { streamId, readSeq } of conversations) {
        const known = held.get(streamId)?.readSeq;
        if (known !== undefined && known !== readSeq) moved.add(streamId);
      }
      last = readSeqs(conversations);
      open = true;
      await tell();
      // What was missed since the snapshot was read.
      void recheck();
    },
  };
}

function readSeqs(conversations: Snapshot['conversations']): ReadonlyMap<bigint, number> {
  return new Map(conversations.map(({ streamId, readSeq }) => [streamId, readSeq]));
}
