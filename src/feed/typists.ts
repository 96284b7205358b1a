import type { Entry } from '../log/index.ts';

interface TypistParts {
  /** After so many ms without another word of it somebody is not typing any more. */
  readonly typingMs: number;
  readonly tell: (userId: bigint, typing: boolean) => void;
}

// Whoever hears it shows a few names at most, and each of them is told to everyone in the conversation every few seconds.
const atOnce = 20;

/**
 * Who is typing in one conversation, as this node has heard it. It ends by itself, with what they send, and with their part in the conversation. While it goes
 * on it is told again: to those who came since, and so that those who missed its end can forget it.
 */
export class Typists {
  readonly #parts: TypistParts;
  readonly #timers = new Map<bigint, NodeJS.Timeout>();

  constructor(parts: TypistParts) {
    this.#parts = parts;
  }

  hear(userId: bigint, typing: boolean): void {
    if (typing) this.#goOn(userId);
    else this.#end(userId);
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

  #goOn(userId: bigint): void {
    const known = this.#timers.get(userId);
    if (known === undefined && this.#timers.size >= atOnce) return;
    if (known === undefined) this.#timers.set(userId, setTimeout(() => this.#end(userId), this.#parts.typingMs).unref());
    else known.refresh();
    this.#parts.tell(userId, true);
  }

  #end(userId: bigint): void {
    const timer = this.#timers.get(userId);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#timers.delete(userId);
    this.#parts.tell(userId, false);
  }
}
