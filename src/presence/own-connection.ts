import type { Held, Parting } from './presence.ts';
import type { Connection } from './roster.ts';

/** Who keeps a node's connections, as each of them knows it. */
export interface Keeper {
  /** Something was asked for on it. */
  wake(own: OwnConnection): void;
  /** It has ended. */
  leave(own: OwnConnection): void;
}

/** A connection of this node, and how much of it the roster knows. One stands behind every socket: a class, without functions of its own (docs/decisions/0011). */
export class OwnConnection implements Held {
  readonly connection: Connection;
  readonly bot: boolean;
  readonly onClose: (why: Parting) => void;
  /** `gone`: to be removed from the roster. */
  phase: 'here' | 'leaving' | 'gone' = 'here';
  idle = false;
  activeAt: number;
  leftAt = 0;
  /** Rises with what the roster is to be told; `told`: up to which it has been. */
  version = 1;
  told = 0;
  telling = false;
  /** The roster was told and has not answered: it may have it, and what that has changed nobody has been told. */
  unanswered = false;
  closing = false;
  cancelGrace: (() => void) | undefined;
  readonly #keeper: Keeper;

  constructor(
    connection: Connection,
    onClose: (why: Parting) => void,
    { now, keeper, bot }: { readonly now: number; readonly keeper: Keeper; readonly bot: boolean },
  ) {
    this.connection = connection;
    this.bot = bot;
    this.onClose = onClose;
    this.activeAt = now;
    this.#keeper = keeper;
  }

  active(): void {
    this.#keeper.wake(this);
  }

  [Symbol.dispose](): void {
    this.#keeper.leave(this);
  }
}
