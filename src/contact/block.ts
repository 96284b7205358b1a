import type { Tx } from '../db/index.ts';
import type { Listed, ListRequest } from '../page.ts';
import type { Viewer } from '../user/index.ts';

/** A block of one user by another. */
export interface Block {
  readonly userId: bigint;
  readonly otherId: bigint;
  readonly since: Date;
}

/** Names a block, whether or not there is one. */
export type BlockRef = Pick<Block, 'userId' | 'otherId'>;

/** The result of a block. */
export interface Blocked {
  readonly block: Block;
  /** Whether the two were contacts before. */
  readonly endedContact: boolean;
}

/** The result of ending a block. */
export interface Unblocked {
  /** Whether there was a block, and there is none between the two any more. */
  readonly isOver: boolean;
  /** Which of the two has read or received more than the other was shown during the block. */
  readonly unshown: readonly bigint[];
}

/** What else changes with a block, in its transaction: how far each of the two is shown to have read. */
export interface BlockEffects {
  readonly begin: (tx: Tx, blocker: bigint, other: bigint) => Promise<void>;
  /**
   * Returns which of the two has read or received more than the other was shown during the block. `isLast` is false if the other's block of
   * this user still stands.
   */
  readonly end: (tx: Tx, blocker: bigint, other: bigint, how: { readonly isLast: boolean }) => Promise<readonly bigint[]>;
}

/** Blocks between users. Refusals are thrown as ChatError with `field` named from the options. */
export interface Blocks {
  /**
   * Blocks a user. Ends everything between the two except the groups that both are in: the contact, requests, messages, and what each sees
   * of the other's reading and typing. The other user is not told. Repeating it has no effect. Throws INVALID_INPUT (userId) for oneself,
   * NOT_FOUND (userId) or LIMIT_REACHED.
   */
  block(viewer: Viewer, options: { userId: bigint }): Promise<Blocked>;
  /** Ends a block, if there is one. Throws NOT_FOUND (userId). */
  unblock(viewer: Viewer, options: { userId: bigint }): Promise<Unblocked>;
  /** Lists the users whom the viewer has blocked, newest block first. Throws BAD_USER_INPUT (after). */
  list(viewer: Viewer, page: ListRequest): Promise<Listed<{ readonly block: Block }>>;
  /** Returns active blocks, in the order of `refs`, null where there is none. Only the user `userId` may see them. */
  byRefs(refs: readonly BlockRef[]): Promise<readonly (Block | null)[]>;
  /**
   * Returns whether there is a block between the user and each other, made by either of them, in the order of `otherIds`. A block hides the
   * same from both, and neither learns why.
   */
  between(userId: bigint, otherIds: readonly bigint[]): Promise<readonly boolean[]>;
}
