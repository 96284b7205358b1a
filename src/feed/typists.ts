import type { Entry } from '../log/index.ts';

interface TypistParts {
  /** After so many ms without another word of it somebody is not typing any more. */
  readonly typingMs: () => number;
  readonly tell: (typist: Typist, typing: boolean) => void;
}

/** Somebody who types. */
interface Typist {
  readonly userId: bigint;
  /** Who is not told. */
  readonly except: readonly bigint[];
}

interface Known extends Typist {
  readonly ms: number;
  readonly timer: NodeJS.Timeout;
}

// Whoever hears it shows a few names at most, and each of them is told to everyone in the conversation every few seconds.
const atOnce = 20;

/**
 * Who is typing in one conversation, as this node has heard it. It ends by itself, with what they send, and with their part in the conversation. While it goes
 * on it is told again: to those who came since, and so that those who missed its end can forget it.
 */
export class Typists {
  readonly #parts: TypistParts;
  readonly #known = new Map<bigint, Known>();

  constructor(parts: TypistParts) {
    this.#parts = parts;
  }

  hear({ userId, except, typing }: Typist & { readonly typing: boolean }): void {
    if (typing) this.#goOn({ userId, except });
    else this.#end(userId);
  }

  /** An entry has come: who has sent it is done, and so is who left. */
  entry(entry: Entry): void {
    if (entry.type === 'MessageSent' && entry.actorId !== null) this.#end(entry.actorId);
    if (entry.type === 'MemberLeft') this.#end(entry.data.userId);
  }

  clear(): void {
    for (const { timer } of this.#known.values()) clearTimeout(timer);
    this.#known.clear();
  }

  #goOn(typist: Typist): void {
    const { userId } = typist;
    const known = this.#known.get(userId);
    if (known === undefined && this.#known.size >= atOnce) return;
    // Who was told and is not any more would wait for its end for ever. The others are told anew at once.
    if (known !== undefined && typist.except.some((one) => !known.except.includes(one)))
      this.#parts.tell({ userId, except: known.except }, false);
    const ms = this.#parts.typingMs();
    const timer = known?.ms === ms ? known.timer.refresh() : this.#endAfter(ms, userId, known);
    this.#known.set(userId, { ...typist, timer, ms });
    this.#parts.tell(typist, true);
  }

  #endAfter(ms: number, userId: bigint, known: Known | undefined): NodeJS.Timeout {
    clearTimeout(known?.timer);
    return setTimeout(() => this.#end(userId), ms).unref();
  }

  // Told to those who were told that it began, and to nobody else.
  #end(userId: bigint): void {
    const known = this.#known.get(userId);
    if (known === undefined) return;
    const { timer, except } = known;
    clearTimeout(timer);
    this.#known.delete(userId);
    this.#parts.tell({ userId, except }, false);
  }
}
