/** Where a viewer's stays in conversations begin that their account has told of and nobody follows yet; each conversation's in order. */
export class Stays {
  readonly #starts = new Map<bigint, readonly number[]>();
  /** Being begun: one at a time. */
  readonly #beginning = new Set<bigint>();

  add(streamId: bigint, start: number): void {
    this.#starts.set(streamId, [...(this.#starts.get(streamId) ?? []), start]);
  }

  /** Forgets all of a conversation's, and begins with whatever will be found. */
  restart(streamId: bigint): void {
    this.#starts.delete(streamId);
    this.#beginning.add(streamId);
  }

  /** Where the next one starts, which is then being begun; undefined where there is none or another is. */
  begin(streamId: bigint): number | undefined {
    const [start] = this.#starts.get(streamId) ?? [];
    if (start === undefined || this.#beginning.has(streamId)) return undefined;
    this.keepFrom(streamId, start + 1);
    this.#beginning.add(streamId);
    return start;
  }

  /** What was being begun is followed now, or is not to be. */
  begun(streamId: bigint): void {
    this.#beginning.delete(streamId);
  }

  /** Forgets those that start before `from`. */
  keepFrom(streamId: bigint, from: number): void {
    const later = (this.#starts.get(streamId) ?? []).filter((start) => start >= from);
    if (later.length > 0) this.#starts.set(streamId, later);
    else this.#starts.delete(streamId);
  }
}
