import type { NewData } from '../data.ts';
import type { IndependentWrite, JointAct, MessageRef, Part } from '../message/index.ts';
import type { ListRequest } from '../page.ts';
import type { Viewer } from '../user/index.ts';

/** The place of a draft: a conversation, or a thread in it. */
export interface DraftPlace {
  readonly conversationId: bigint;
  /** The root of the thread; 0: in no thread. */
  readonly threadRootSeq: number;
}

/** A draft: what a user has begun to write. Only they may see it. */
export interface Draft extends DraftPlace {
  readonly userId: bigint;
  readonly text: string;
  readonly replyToSeq: number | null;
  /** JSON; null for none. */
  readonly data: string | null;
  /** By the clock of the device that saved it. */
  readonly writtenAt: Date;
  readonly savedAt: Date;
  /** The joinedSeq of the membership in which it was saved. Visible only during that membership, not after leaving and joining again. */
  readonly joinedSeq: number;
}

/** The place of a draft as a client gives it, and when it was written. */
export interface DraftAt {
  readonly conversationId: bigint;
  /** The root of the thread, or a reply in it. */
  readonly threadRoot?: MessageRef | undefined;
  readonly writtenAt: Date;
}

/** A draft to save. */
export interface NewDraft extends DraftAt {
  readonly text: string;
  readonly replyTo?: MessageRef | undefined;
  readonly data?: NewData | null | undefined;
}

/** The state of a place after an act. It stems from that act, or from one that was written later. */
export interface DraftState {
  /** Null if there is no draft. */
  readonly draft: Draft | null;
  /** The time of that draft, or of what ended the one before. */
  readonly writtenAt: Date;
}

/**
 * The interface of the module. The viewer has been authenticated. A conversation that they may not see is NOT_FOUND (conversationId), like
 * one that does not exist.
 */
export interface Drafts {
  /**
   * Saves a draft in place of the one before, unless that was written at the same time or later. Throws INVALID_INPUT (text, data, data.…,
   * writtenAt), NOT_FOUND (conversationId, replyToId, threadRootId), LIMIT_REACHED, UNAVAILABLE.
   */
  save(viewer: Viewer, wanted: NewDraft): Promise<DraftState>;
  /**
   * Removes a draft, unless it was written at the same time or later. If there is none, the time is still stored, so that a save that was
   * written before and arrives later is ignored. Of a user's ended drafts at least the last 1,000 are remembered so. Throws INVALID_INPUT
   * (writtenAt), NOT_FOUND (conversationId, threadRootId), UNAVAILABLE.
   */
  remove(viewer: Viewer, at: DraftAt): Promise<DraftState>;
  /**
   * Makes the removal of a draft that commits with a message, sent or scheduled. A `writtenAt` more than a day ahead is cut to a day ahead.
   */
  ending(viewer: Viewer, at: DraftAt): JointAct<IndependentWrite>;
  /** Returns the viewer's drafts, the one saved last first. `key` is an item's cursor. */
  list(viewer: Viewer, range: ListRequest): Promise<Part<{ readonly draft: Draft; readonly key: string }>>;
  /**
   * The viewer's own drafts, in the order asked for; null if there is none. Does not check that they belong to the viewer's current
   * membership.
   */
  byPlaces(viewer: Viewer, places: readonly DraftPlace[]): Promise<readonly (Draft | null)[]>;
  /** Returns all stored drafts of a user, of any membership, after a place, by place. */
  allOf(userId: bigint, range: { readonly first: number; readonly after: DraftPlace | null }): Promise<readonly Draft[]>;
  /** Tells a user's devices of a saved draft. Idempotent. Throws UNAVAILABLE. */
  tell(of: DraftPlace & { readonly userId: bigint }): Promise<void>;
  /** Deletes the drafts of an erased account. Throws UNAVAILABLE. */
  eraseAll(userId: bigint): Promise<void>;
}
