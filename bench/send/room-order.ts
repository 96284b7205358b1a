/** What every member of a room must receive. */
interface Reference {
  readonly payload: Buffer;
  /** When the message was due to be sent, by performance.now(). */
  readonly due: number;
  left: number;
}

/** The result of checking a frame. */
export interface Received {
  /** When its message was due to be sent. */
  readonly due: number;
  /** Whether it came before an earlier message of its room. */
  readonly early: boolean;
}

/**
 * Checks what the members of one room receive. The payload that comes first is read, and all others are compared with it byte for byte.
 * Throws if a member receives a message twice or with other bytes. A member's stream begins with the first event that it receives.
 */
export class RoomOrder {
  readonly #references = new Map<number, Reference>();
  /** The number that each member must receive next; 0 before its first. */
  readonly #next: Int32Array;
  readonly #early: (Set<number> | undefined)[];
  readonly #read: (payload: Buffer) => number;

  /** `read` checks a payload and returns when its message was due. */
  constructor(members: number, read: (payload: Buffer) => number) {
    this.#next = new Int32Array(members);
    this.#early = new Array(members);
    this.#read = read;
  }

  note(member: number, seq: number, bytes: Buffer, start: number, end: number): Received {
    const early = this.#place(member, seq);
    const reference = this.#references.get(seq) ?? this.#first(seq, Buffer.from(bytes.subarray(start, end)));
    const { payload } = reference;
    if (payload.length !== end - start || bytes.compare(payload, 0, payload.length, start, end) !== 0) {
      throw new Error(`member ${member} got other bytes for ${seq}: ${bytes.toString('utf8', start, end)}`);
    }
    reference.left -= 1;
    if (reference.left === 0) this.#references.delete(seq);
    return { due: reference.due, early };
  }

  /** Number of members that have received nothing yet. */
  get silent(): number {
    return this.#next.filter((next) => next === 0).length;
  }

  /**
   * Throws unless all members have received the same last message and none is missing one. Forgets what members that came later have not
   * received.
   */
  settle(): void {
    const [next = 0] = this.#next;
    if (this.#next.some((other) => other !== next) || this.#early.some((set) => set !== undefined && set.size > 0)) {
      throw new Error('members of one room are not at the same message');
    }
    this.#references.clear();
  }

  #first(seq: number, payload: Buffer): Reference {
    const reference = { payload, due: this.#read(payload), left: this.#next.length };
    this.#references.set(seq, reference);
    return reference;
  }

  /** Notes a number. Returns whether an earlier number is still missing. */
  #place(member: number, seq: number): boolean {
    const next = this.#next[member] || seq;
    const early = this.#early[member];
    if (seq < next || early?.has(seq)) throw new Error(`member ${member} got ${seq} twice`);
    if (seq > next) {
      this.#early[member] = (early ?? new Set()).add(seq);
      return true;
    }
    let after = seq + 1;
    while (early?.delete(after)) after += 1;
    this.#next[member] = after;
    return false;
  }
}
