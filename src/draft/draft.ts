import type { NewData } from '../data.ts';
import type { MessageRef, Part, SettledApart, Settling } from '../message/index.ts';
import type { Viewer } from '../user/index.ts';

/** Where something is written. */
export interface DraftPlace {
  readonly conversationId: bigint;
  /** The message that the thread is about; 0: in no thread. */
  readonly threadRootSeq: number;
}

/** What somebody has begun to write. They alone may see it. */
export interface Draft extends DraftPlace {
  readonly userId: bigint;
  readonly text: string;
  readonly replyToSeq: number | null;
  /** JSON; null: none. */
  readonly data: string | null;
  /** By the clock of the device that saved it. */
  readonly writtenAt: Date;
  readonly savedAt: Date;
  /** Of the membership that it was saved in: it is of that stay alone. */
  readonly joinedSeq: number;
}

/** Names where something is written as a message would. */
export interface DraftAt {
  readonly conversationId: bigint;
  /** The message that the thread is about, or any reply there. */
  readonly threadRoot?: MessageRef | undefined;
  readonly writtenAt: Date;
}

/** What is to be kept of what somebody writes. */
export interface NewDraft extends DraftAt {
  readonly text: string;
  readonly replyTo?: MessageRef | undefined;
  readonly data?: NewData | null | undefined;
}

/** What stands in a place after an act: by it, or by what was written later. */
export interface DraftWord {
  /** null: there is no draft. */
  readonly draft: Draft | null;
  /** Of that, or of what ended the one before. */
  readonly writtenAt: Date;
}

/** The module. The viewer has been authenticated; who may not see a conversation gets NOT_FOUND (conversationId), as if there were none. */
export interface Drafts {
  /**
   * Keeps what somebody has begun to write, in place of what stands there, unless that was written at the same time or later. Throws INVALID_INPUT (text, data, data.…, writtenAt), NOT_FOUND (conversationId, replyToId,
   * threadRootId), LIMIT_REACHED, UNAVAILABLE.
   */
  save(viewer: Viewer, wanted: NewDraft): Promise<DraftWord>;
  /** Ends a draft, likewise; where there is none, what was written before and comes later is not kept. Throws INVALID_INPUT (writtenAt), NOT_FOUND (conversationId, threadRootId), UNAVAILABLE. */
  remove(viewer: Viewer, at: DraftAt): Promise<DraftWord>;
  /** For Messages.send, and for what is left to be said later: the same, in the commit that stores that; of a clock that is more than a day ahead, as of then. */
  ending(viewer: Viewer, at: DraftAt): Settling<SettledApart>;
  /** The viewer's, what was saved last coming first; `key` is an item's place. */
  list(
    viewer: Viewer,
    range: { readonly first: number; readonly after?: string | undefined },
  ): Promise<Part<{ readonly draft: Draft; readonly key: string }>>;
  /** The viewer's own, in the order asked for; null where there is none. Does not ask whether they are of the stay that the viewer is in. */
  byPlaces(viewer: Viewer, places: readonly DraftPlace[]): Promise<readonly (Draft | null)[]>;
  /** All that is kept of a user's, of whatever stay, past a place, by place. */
  allOf(userId: bigint, range: { readonly first: number; readonly after: DraftPlace | null }): Promise<readonly Draft[]>;
  /** Tells a user's devices of what they have saved. Done again, it tells nothing twice. Throws UNAVAILABLE. */
  tell(of: DraftPlace & { readonly userId: bigint }): Promise<void>;
  /** Leaves nothing of what an erased account was writing. Throws UNAVAILABLE. */
  eraseAll(userId: bigint): Promise<void>;
}
