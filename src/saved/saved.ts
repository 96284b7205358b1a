import type { MessageRef, Part } from '../message/index.ts';
import type { Viewer } from '../user/index.ts';

/** A message that somebody has saved. They alone may know. */
export interface SavedMessage extends MessageRef {
  readonly userId: bigint;
  /** What they have noted with it; null: nothing. */
  readonly note: string | null;
  readonly savedAt: Date;
  /** Of the membership that it was saved in: it is of that stay alone. */
  readonly joinedSeq: number;
}

/** What is to be saved. */
export interface Saving {
  readonly message: MessageRef;
  /** Absent: as it stands; null or blank: none. */
  readonly note?: string | null | undefined;
}

/** Which part of what a user has saved. */
export interface SavedRange {
  readonly first: number;
  readonly after?: string | undefined;
  /** Only what was said there. */
  readonly conversationId?: bigint | undefined;
}

/** The module. The viewer has been authenticated. */
export interface SavedMessages {
  /** Saves a message; what is saved stays where it is in the list, with another note if one is given. Throws INVALID_INPUT (note; messageId: recalled), NOT_FOUND (messageId), LIMIT_REACHED, UNAVAILABLE. */
  save(viewer: Viewer, saving: Saving): Promise<SavedMessage>;
  /** Takes a message out of what is saved; where it is not there nothing happens. Throws NOT_FOUND (messageId), UNAVAILABLE. */
  unsave(viewer: Viewer, message: MessageRef): Promise<void>;
  /** What the viewer has saved and sees, what was saved last coming first; `key` is an item's place. */
  list(viewer: Viewer, range: SavedRange): Promise<Part<{ readonly saved: SavedMessage; readonly key: string }>>;
  /** The viewer's own, in the order asked for; null where nothing is saved. Does not ask whether the viewer sees them, and is in that stay. */
  byRefs(viewer: Viewer, refs: readonly MessageRef[]): Promise<readonly (SavedMessage | null)[]>;
  /** All that is kept of a user's, of whatever stay, past a message, by message. */
  allOf(userId: bigint, range: { readonly first: number; readonly after: MessageRef | null }): Promise<readonly SavedMessage[]>;
  /** Leaves nothing of what an erased account had saved. Throws UNAVAILABLE. */
  eraseAll(userId: bigint): Promise<void>;
}
