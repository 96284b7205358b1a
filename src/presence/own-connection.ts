import type { DisconnectReason, Held } from './presence.ts';
import type { Connection } from './roster.ts';

/** The owner of a node's connections, as each connection sees it. */
export interface Keeper {
  /** The client has sent a request on the connection. */
  wake(own: OwnConnection): void;
  /** The connection has ended. */
  leave(own: OwnConnection): void;
}

/**
 * A connection of this node, and how much of it the roster has been told. There is one behind every socket, so it is a class without
 * closures of its own (docs/decisions/0011).
 */
export class OwnConnection implements Held {
  readonly connection: Connection;
  readonly bot: boolean;
  readonly onClose: (why: DisconnectReason) => void;
  /** `here` while it is open, `leaving` during the grace, `gone` once it is to be removed from the roster. */
  phase: 'here' | 'leaving' | 'gone' = 'here';
  idle = false;
  activeAt: number;
  leftAt = 0;
  /** Rises with each change that the roster must be told; `told` is the last version that the roster has acknowledged. */
  version = 1;
  told = 0;
  telling = false;
  /** The last write to the roster was not answered: it may have been applied, and watchers have not been told of its effect. */
  unanswered = false;
  closing = false;
  cancelGrace: (() => void) | undefined;
  readonly #keeper: Keeper;

  constructor(
    connection: Connection,
    onClose: (why: DisconnectReason) => void,
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
