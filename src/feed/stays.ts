/** A stay in a conversation, as the account told of it. */
export interface Stay {
  /** Followed from the entry after it. */
  readonly start: number;
  /** The first seq that the viewer may read. */
  readonly fromSeq: number;
}

/** The viewer's stays in conversations that their account has told of and nobody follows yet; each conversation's in order. */
export class Stays {
  readonly #stays = new Map<bigint, readonly Stay[]>();
  /** Being begun: one at a time. */
  readonly #beginning = new Set<bigint>();

  add(streamId: bigint, stay: Stay): void {
    this.#stays.set(streamId, [...(this.#stays.get(streamId) ?? []), stay]);
  }

  /** Forgets all of a conversation's, and begins with whatever will be found. */
  restart(streamId: bigint): void {
    this.#stays.delete(streamId);
    this.#beginning.add(streamId);
  }

  /** The next one, which is then being begun; undefined where there is none or another is. */
  begin(streamId: bigint): Stay | undefined {
    const [stay] = this.#stays.get(streamId) ?? [];
    if (stay === undefined || this.#beginning.has(streamId)) return undefined;
    this.keepFrom(streamId, stay.start + 1);
    this.#beginning.add(streamId);
    return stay;
  }

  /** What was being begun is followed now, or is not to be. */
  begun(streamId: bigint): void {
    this.#beginning.delete(streamId);
  }

  /** Forgets those that start before a place. */
  keepFrom(streamId: bigint, place: number): void {
    const later = (this.#stays.get(streamId) ?? []).filter(({ start }) => start >= place);
    if (later.length > 0) this.#stays.set(streamId, later);
    else this.#stays.delete(streamId);
  }
}
