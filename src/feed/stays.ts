/** A membership in a conversation, as the account's entries tell it. */
export interface Stay {
  /** The stay is followed from the entry after this seq. */
  readonly start: number;
  /** The first seq that the viewer may read. */
  readonly fromSeq: number;
  /** Whether the client was behind when it was told of the stay, which may have ended long ago. */
  readonly late: boolean;
}

/** The viewer's stays that their account has told of and that are not followed yet, in order for each conversation. */
export class Stays {
  readonly #stays = new Map<bigint, readonly Stay[]>();
  /** Conversations with a stay that is being attached. There is at most one at a time. */
  readonly #beginning = new Set<bigint>();

  add(streamId: bigint, stay: Stay): void {
    this.#stays.set(streamId, [...(this.#stays.get(streamId) ?? []), stay]);
  }

  /** Forgets all stays of a conversation and marks it as being attached. The caller then reads what there is. */
  restart(streamId: bigint): void {
    this.#stays.delete(streamId);
    this.#beginning.add(streamId);
  }

  /** Takes the next stay and marks the conversation as being attached. Returns undefined if there is none or one is being attached. */
  begin(streamId: bigint): Stay | undefined {
    const [stay] = this.#stays.get(streamId) ?? [];
    if (stay === undefined || this.#beginning.has(streamId)) return undefined;
    this.keepFrom(streamId, stay.start + 1);
    this.#beginning.add(streamId);
    return stay;
  }

  /** Marks the attachment as complete or abandoned. */
  begun(streamId: bigint): void {
    this.#beginning.delete(streamId);
  }

  /** Forgets the stays that start before a seq. */
  keepFrom(streamId: bigint, place: number): void {
    const later = (this.#stays.get(streamId) ?? []).filter(({ start }) => start >= place);
    if (later.length > 0) this.#stays.set(streamId, later);
    else this.#stays.delete(streamId);
  }
}
