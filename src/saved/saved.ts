import type { MessageRef, Part } from '../message/index.ts';
import type { Viewer } from '../user/index.ts';

/** A saved message. Only the user who saved it may see it. */
export interface SavedMessage extends MessageRef {
  readonly userId: bigint;
  /** The user's note; null for none. */
  readonly note: string | null;
  readonly savedAt: Date;
  /** The joinedSeq of the membership in which it was saved. Visible only during that membership, not after leaving and joining again. */
  readonly joinedSeq: number;
}

/** A message to save. */
export interface Saving {
  readonly message: MessageRef;
  /** Absent: keep the current note; null or blank: none. */
  readonly note?: string | null | undefined;
}

/** A page of a user's saved messages. */
export interface SavedRange {
  readonly first: number;
  readonly after?: string | undefined;
  /** Only messages of this conversation. */
  readonly conversationId?: bigint | undefined;
}

/** The interface of the module. The viewer has been authenticated. */
export interface SavedMessages {
  /**
   * Saves a message. If it is already saved, it keeps its position in the list, and the note changes if one is given. Throws INVALID_INPUT
   * (note; messageId: recalled), NOT_FOUND (messageId), LIMIT_REACHED, UNAVAILABLE.
   */
  save(viewer: Viewer, saving: Saving): Promise<SavedMessage>;
  /** Removes a saved message. Has no effect if it is not saved. Throws NOT_FOUND (messageId), UNAVAILABLE. */
  unsave(viewer: Viewer, message: MessageRef): Promise<void>;
  /** Returns the saved messages that the viewer sees, the one saved last first. `key` is an item's cursor. */
  list(viewer: Viewer, range: SavedRange): Promise<Part<{ readonly saved: SavedMessage; readonly key: string }>>;
  /**
   * The viewer's own, in the order asked for; null if the message is not saved. Does not check that the viewer sees the messages, or that
   * they were saved in the current membership.
   */
  byRefs(viewer: Viewer, refs: readonly MessageRef[]): Promise<readonly (SavedMessage | null)[]>;
  /** Returns all stored rows of a user, of any membership, after a message, by message. */
  allOf(userId: bigint, range: { readonly first: number; readonly after: MessageRef | null }): Promise<readonly SavedMessage[]>;
  /** Deletes the saved messages of an erased account. Throws UNAVAILABLE. */
  eraseAll(userId: bigint): Promise<void>;
}
