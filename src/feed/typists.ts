import type { Entry } from '../log/index.ts';

interface TypistParts {
  /** After so many ms without another word of it somebody is not typing any more. */
  readonly typingMs: number;
  readonly tell: (userId: bigint, typing: boolean) => void;
}

// Whoever hears it shows a few names at most; and a flood of them costs a timer each.
const atOnce = 100;

/** Who is typing in one conversation, as this node has heard it. It ends by itself, with what they send, and with their part in the conversation. */
export class Typists {
  readonly #parts: TypistParts;
  readonly #timers = new Map<bigint, NodeJS.Timeout>();

  constructor(parts: TypistParts) {
    this.#parts = parts;
  }

  hear(userId: bigint, typing: boolean): void {
    if (!typing) return this.#end(userId);
    const known = this.#timers.get(userId);
    if (known !== undefined) {
      known.refresh();
      return;
    }
    if (this.#timers.size >= atOnce) return;
    this.#timers.set(userId, setTimeout(() => this.#end(userId), this.#parts.typingMs).unref());
    this.#parts.tell(userId, true);
  }

  /** An entry has come: who has sent it is done, and so is who left. */
  entry(entry: Entry): void {
    if (entry.type === 'MessageSent' && entry.actorId !== null) this.#end(entry.actorId);
    if (entry.type === 'MemberLeft') this.#end(entry.data.userId);
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #end(userId: bigint): void {
    const timer = this.#timers.get(userId);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#timers.delete(userId);
    this.#parts.tell(userId, false);
  }
}
