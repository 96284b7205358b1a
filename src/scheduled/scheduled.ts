import type { RefusalCode } from '../errors.ts';
import type { NewPoll } from '../log/index.ts';
import type { IndependentWrite, JointAct, Message, MessageRef, NewText } from '../message/index.ts';
import type { Listed } from '../page.ts';
import type { Viewer } from '../user/index.ts';

/** A scheduled message. Only its sender may see it. */
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
  /** A UUID as text. */
  readonly id: string;
  /** The message's poll; null for none. */
  readonly poll: NewPoll | null;
  /** The sender. */
  readonly userId: bigint;
  readonly sendAt: Date;
  readonly createdAt: Date;
  /** Why it could not be sent at its time; null while it waits for that time. */
  readonly refusal: { readonly code: RefusalCode; readonly message: string } | null;
}

/** A message to schedule, and its time. */
export interface NewScheduled extends NewText {
  /** Later than now by the database's clock, and within a year. */
  readonly sendAt: Date;
}

/** The result of scheduling: the scheduled message, or the message if it was already sent. */
export type Scheduling =
  | { readonly scheduled: ScheduledMessage; readonly message: null }
  | { readonly scheduled: null; readonly message: Message };

/** A change of a scheduled message. Absent fields keep their value. */
export interface ScheduledChange extends Pick<NewScheduled, 'attachments' | 'data' | 'poll' | 'mentionIds' | 'mentionsEveryone'> {
  readonly id: string;
  readonly sendAt?: Date | undefined;
  readonly text?: string | undefined;
  /** Null: it replies to nothing. */
  readonly replyTo?: MessageRef | null | undefined;
  /** Null: it is in no thread. */
  readonly threadRoot?: MessageRef | null | undefined;
}

/** A page of a user's scheduled messages. */
export interface ScheduledRange {
  readonly first: number;
  /** The key of the item before the page. */
  readonly after?: string | undefined;
  /** Only those of one conversation. */
  readonly conversationId?: bigint | undefined;
}

/** The key of a scheduled message, and its sender. */
export interface ScheduledRef {
  readonly userId: bigint;
  /** A UUID as text. */
  readonly scheduledMessageId: string;
}

/** The interface of the module. A scheduled message of another user is NOT_FOUND. */
export interface ScheduledMessages {
  /**
   * Schedules a message, or returns what is scheduled or was sent under its clientMessageId. The same request gets the same result, even if
   * the scheduled message was changed, or the message edited, since. `settling` is committed with it.
   *
   * Throws what Messages.send throws, except for what is checked only when the message is sent (slow mode, blocked words, the approval).
   * Also throws INVALID_INPUT (sendAt), LIMIT_REACHED, and CONFLICT (clientMessageId).
   */
  schedule(viewer: Viewer, wanted: NewScheduled, settling?: JointAct<IndependentWrite>): Promise<Scheduling>;
  /**
   * Changes a scheduled message. One that was refused waits for its time again. Throws NOT_FOUND (scheduledMessageId), and what `schedule`
   * throws for content and time. Throws without a field if the viewer may not post there, and CONFLICT if another message was sent under
   * its clientMessageId.
   */
  change(viewer: Viewer, change: ScheduledChange): Promise<ScheduledMessage>;
  /**
   * Cancels a scheduled message. Once this has resolved, it is never sent. Throws NOT_FOUND (scheduledMessageId), also if it was already
   * sent or cancelled.
   */
  cancel(viewer: Viewer, id: string): Promise<void>;
  /**
   * Sends a scheduled message now. Throws NOT_FOUND (scheduledMessageId), also if it was already sent or cancelled, and what Messages.send
   * throws, without a field. After a refusal it stays as it is.
   */
  sendNow(viewer: Viewer, id: string): Promise<Message>;
  /** Returns waiting and refused messages by their time. `key` is an item's cursor. */
  list(viewer: Viewer, range: ScheduledRange): Promise<Listed<{ readonly scheduled: ScheduledMessage }>>;
  /** In the order asked for; null if there is none, or it is another user's. */
  byIds(viewer: Viewer, ids: readonly string[]): Promise<readonly (ScheduledMessage | null)[]>;
  /** Sends a scheduled message whose time has come, or stores why it cannot be sent. Idempotent. Throws UNAVAILABLE. */
  due(ref: ScheduledRef): Promise<void>;
  /** Deletes the scheduled messages of an erased account. Throws UNAVAILABLE. */
  eraseAll(userId: bigint): Promise<void>;
}
