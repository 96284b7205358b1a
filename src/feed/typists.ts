import type { Entry } from '../log/index.ts';

interface TypistParts {
  /** A user's typing ends this many ms after the last hint of it. */
  readonly typingMs: () => number;
  readonly tell: (typist: Typist, typing: boolean) => void;
}

/** A user who is typing. */
interface Typist {
  readonly userId: bigint;
  /** Users who must not be told. */
  readonly except: readonly bigint[];
}

interface Known extends Typist {
  readonly ms: number;
  readonly timer: NodeJS.Timeout;
}

// Clients show a few names at most, and each typist is sent to everybody in the conversation every few seconds.
const atOnce = 20;

/**
 * Who is typing in one conversation, as this node has heard. A user's typing ends after a time, when they send a message, and when they
 * leave the conversation. While it goes on, it is reported again, for listeners who came since, and so that clients that missed its end can
 * forget it.
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

  /** Ends the typing of a user who sent a message or left. */
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
    // A user who was told and must not be told any more would wait for the end for ever. So the end is sent to everybody who was told of
    // the beginning, and the rest are then told anew.
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

  // Only users who were told of the beginning are told of the end.
  #end(userId: bigint): void {
    const known = this.#known.get(userId);
    if (known === undefined) return;
    const { timer, except } = known;
    clearTimeout(timer);
    this.#known.delete(userId);
    this.#parts.tell({ userId, except }, false);
  }
}
