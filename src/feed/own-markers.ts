import type { Logger } from 'pino';
import type { Db } from '../db/index.ts';
import { Retries } from '../retries.ts';
import type { EphemeralEvent, Listener } from './channel.ts';
import type { KnownPosition } from './event.ts';
import type { Outlet } from './outlet.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';

interface Parts {
  readonly db: Db;
  readonly logger: Logger;
  readonly now: () => Date;
}

const nothing: ReadonlyMap<bigint, number> = new Map();

/**
 * Reports moves of the viewer's own read markers to one subscription, so that all devices of the viewer know them. Moves are coalesced and
 * never dropped. It must join the account's channel before the snapshot is read, so that no move in between is missed.
 */
export class OwnMarkers implements Listener {
  readonly #parts: Parts;
  readonly #outlet: Outlet;
  readonly #userId: bigint;
  /** Created while there are moved markers to report. */
  #moved: Set<bigint> | undefined;
  #last: ReadonlyMap<bigint, number> = nothing;
  #open = false;
  #checking = false;
  #missed = false;

  constructor(parts: Parts, outlet: Outlet, userId: bigint) {
    this.#parts = parts;
    this.#outlet = outlet;
    this.#userId = userId;
  }

  /** Reports each marker that differs from what the client has, once the client makes room. From then on it reports each move. */
  async open({ conversations }: Snapshot, held: ReadonlyMap<bigint, KnownPosition>): Promise<void> {
    for (const { streamId, readSeq } of conversations) {
      const known = held.get(streamId)?.readSeq;
      if (known !== undefined && known !== readSeq) this.#note(streamId);
    }
    this.#last = readSeqs(conversations);
    this.#open = true;
    await this.#tell();
    // Hints may have been lost since the snapshot was read.
    void this.#recheck();
  }

  entry(): void {}

  ephemeral(event: EphemeralEvent): void {
    if (event.kind !== 'markers') return;
    this.#note(event.conversationId);
    if (this.#open) void this.#tell();
  }

  missed(): void {
    this.#missed = true;
    if (this.#open) void this.#recheck();
  }

  #note(conversationId: bigint): void {
    this.#moved ??= new Set();
    this.#moved.add(conversationId);
  }

  async #tell(): Promise<void> {
    while (this.#moved !== undefined) {
      await this.#outlet.room();
      if (this.#outlet.ended()) return;
      const [conversationId] = this.#moved ?? [];
      if (conversationId === undefined) return;
      this.#moved?.delete(conversationId);
      if (this.#moved?.size === 0) this.#moved = undefined;
      this.#outlet.push({ kind: 'markers', at: this.#parts.now(), conversationId });
    }
  }

  // After a loss it is unknown which markers moved, so each marker that differs from its last known position is reported again.
  async #compare(): Promise<void> {
    this.#missed = false;
    const { conversations } = await readSnapshot(this.#parts.db, this.#userId);
    for (const { streamId, readSeq } of conversations) if (this.#last.get(streamId) !== readSeq) this.#note(streamId);
    this.#last = readSeqs(conversations);
    await this.#tell();
  }

  async #recheck(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    const retries = new Retries();
    while (this.#missed && !this.#outlet.ended()) {
      try {
        await this.#compare();
        retries.reset();
      } catch (error) {
        this.#missed = true;
        this.#parts.logger.warn(
          { err: error, userId: String(this.#userId) },
          'markers could not be reread after missed hints; this will be retried',
        );
        await retries.pause();
      }
    }
    this.#checking = false;
  }
}

function readSeqs(conversations: Snapshot['conversations']): ReadonlyMap<bigint, number> {
  return new Map(conversations.map(({ streamId, readSeq }) => [streamId, readSeq]));
}
