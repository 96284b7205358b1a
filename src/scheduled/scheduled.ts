import type { RefusalCode } from '../errors.ts';
import type { NewPoll } from '../log/index.ts';
import type { Message, MessageRef, NewText, SettledApart, Settling } from '../message/index.ts';
import type { Viewer } from '../user/index.ts';

/** Something that is to be said later. Its author alone may see it. */
export interface ScheduledMessage
  extends Pick<
    Message,
    | 'conversationId'
    | 'clientMessageId'
    | 'text'
    | 'attachments'
    | 'data'
    | 'replyToSeq'
    | 'threadRootSeq'
    | 'mentionIds'
    | 'mentionsEveryone'
  > {
  /** UUID text. */
  readonly id: string;
  /** What it is to ask. */
  readonly poll: NewPoll | null;
  /** Who says it. */
  readonly userId: bigint;
  readonly sendAt: Date;
  readonly createdAt: Date;
  /** Why it could not be said at its time; null: it waits for that. */
  readonly refusal: { readonly code: RefusalCode; readonly message: string } | null;
}

/** What is to be said, where and when. */
export interface NewScheduled extends NewText {
  /** Later than now by the database's clock, and within a year. */
  readonly sendAt: Date;
}

/** What came of scheduling: what waits; or, where that was said already, the message. */
export type Scheduling =
  | { readonly scheduled: ScheduledMessage; readonly message: null }
  | { readonly scheduled: null; readonly message: Message };

/** What of it is to be otherwise: absent stays as it is. */
export interface ScheduledChange extends Pick<NewScheduled, 'attachments' | 'data' | 'poll' | 'mentionIds' | 'mentionsEveryone'> {
  readonly id: string;
  readonly sendAt?: Date | undefined;
  readonly text?: string | undefined;
  /** Null: it answers nothing. */
  readonly replyTo?: MessageRef | null | undefined;
  /** Null: it is in no thread. */
  readonly threadRoot?: MessageRef | null | undefined;
}

/** Which part of a user's list. */
export interface ScheduledRange {
  readonly first: number;
  /** An item's key. */
  readonly after?: string | undefined;
  /** Of one conversation alone. */
  readonly conversationId?: bigint | undefined;
}

/** Names one, and whose it is. */
export interface ScheduledRef {
  readonly userId: bigint;
  /** UUID text. */
  readonly scheduledMessageId: string;
}

/** The module's face. Refusals are thrown as ChatError. What is not the viewer's is NOT_FOUND. */
export interface ScheduledMessages {
  /**
   * Leaves something to be said later, or finds what was left, or said, under its clientMessageId: the same for the same request, also once it was changed or edited. Throws what Messages.send
   * does, but for what is asked when it is said (slow mode, blocked words, whoever is asked before); INVALID_INPUT (sendAt) and LIMIT_REACHED; CONFLICT (clientMessageId). `settling`: what is settled by the same commit.
   */
  schedule(viewer: Viewer, wanted: NewScheduled, settling?: Settling<SettledApart>): Promise<Scheduling>;
  /** Changes what waits, or was refused, which then waits anew. Throws NOT_FOUND (scheduledMessageId), and what `schedule` does on what is to be said and when; where it may not be said there, and CONFLICT where something else was said under its name, without a field. */
  change(viewer: Viewer, change: ScheduledChange): Promise<ScheduledMessage>;
  /** Takes it back: once this has resolved it is never said. Throws NOT_FOUND (scheduledMessageId), also where it was said or cancelled before. */
  cancel(viewer: Viewer, id: string): Promise<void>;
  /** Says it now. Throws NOT_FOUND (scheduledMessageId) likewise, and what Messages.send does, without a field: then it stays as it is. */
  sendNow(viewer: Viewer, id: string): Promise<Message>;
  /** What waits or was refused, by its time; `key` is an item's place. */
  list(
    viewer: Viewer,
    range: ScheduledRange,
  ): Promise<{ readonly items: readonly { readonly scheduled: ScheduledMessage; readonly key: string }[]; readonly hasNextPage: boolean }>;
  /** The viewer's own, in the order asked for; null for any other. */
  byIds(viewer: Viewer, ids: readonly string[]): Promise<readonly (ScheduledMessage | null)[]>;
  /** Says what it is time for, or keeps why it cannot be said. Done again, it says nothing twice. Throws UNAVAILABLE. */
  due(ref: ScheduledRef): Promise<void>;
  /** Leaves nothing of what an erased account was to say. Throws UNAVAILABLE. */
  eraseAll(userId: bigint): Promise<void>;
}
