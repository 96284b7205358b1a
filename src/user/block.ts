import type { Tx } from '../db/index.ts';
import type { ContactPage, ContactPageRequest } from './contact.ts';
import type { Viewer } from './user.ts';

/** Somebody whom a user will have nothing to do with. */
export interface Block {
  readonly userId: bigint;
  readonly otherId: bigint;
  readonly since: Date;
}

/** Names a block, whether there is one or not. */
export type BlockRef = Pick<Block, 'userId' | 'otherId'>;

/** What a block came to. */
export interface Blocked {
  readonly block: Block;
  /** They were contacts, and are so no more. */
  readonly endedContact: boolean;
}

/** What the end of a block came to. */
export interface Unblocked {
  /** There was one, and nothing stands between the two any more. */
  readonly isOver: boolean;
  /** Who of the two has read or received more than the other was shown until now. */
  readonly unshown: readonly bigint[];
}

/** What else is to change with a block, in its transaction: what two people see of how far the other has read. */
export interface BlockEffects {
  readonly begin: (tx: Tx, blocker: bigint, other: bigint) => Promise<void>;
  /** Answers who of them has read or received more than the other was shown until now. `isLast`: no block is left between them, for the other has made none. */
  readonly end: (tx: Tx, blocker: bigint, other: bigint, how: { readonly isLast: boolean }) => Promise<readonly bigint[]>;
}

/** Who has blocked whom. Refusals are thrown as ChatError with `field` named from the options. */
export interface Blocks {
  /**
   * Ends all between the viewer and a user but the groups that both are in: the contact, requests, messages, what each sees of the other's reading and
   * typing. The other is not told. Again is no error. Throws INVALID_INPUT (userId: oneself), NOT_FOUND (userId), LIMIT_REACHED.
   */
  block(viewer: Viewer, options: { userId: bigint }): Promise<Blocked>;
  /** Ends a block, if there is one. Throws NOT_FOUND (userId). */
  unblock(viewer: Viewer, options: { userId: bigint }): Promise<Unblocked>;
  /** Whom the viewer has blocked, newest first. Throws BAD_USER_INPUT (after). */
  list(viewer: Viewer, page: ContactPageRequest): Promise<ContactPage<{ readonly block: Block }>>;
  /** Blocks that stand, in the order asked for; null where there is none. Only `userId` may know. */
  byRefs(refs: readonly BlockRef[]): Promise<readonly (Block | null)[]>;
  /** Whether a block stands between the user and each other, made by either, in the order asked for: what is hidden then is hidden from both, and neither is told why. */
  between(userId: bigint, otherIds: readonly bigint[]): Promise<readonly boolean[]>;
}
