import type { EntryData, EntryType, entryTypes, KnownEntry } from '../log/index.ts';
import type { PageRequest } from '../page.ts';

/**
 * A message in its current state: the data of its entry, and its position. Once it is recalled, `text` is '', `mentionIds` and
 * `attachments` are empty, and `data` and `poll` are null.
 */
export interface Message extends Readonly<EntryData<'MessageSent'>> {
  readonly conversationId: bigint;
  readonly seq: number;
  readonly senderId: bigint;
  readonly sentAt: Date;
}

/** The key of a message: conversation and seq. */
export interface MessageRef {
  readonly conversationId: bigint;
  readonly seq: number;
}

/** Where the reading of a conversation ends. */
export interface UpTo {
  /**
   * The conversation's lastSeq, read before the access: later entries may be past the end of that access. Absent: the current lastSeq,
   * which is correct only for an access that cannot have ended meanwhile.
   */
  readonly upTo?: number | undefined;
}

/**
 * A request for a page of a conversation, by seq. `around` is a seq or a moment; the nearest entry is included. `around` alone means 50 on
 * each side; with `first` or `last`, that many after or before.
 */
export interface HistoryRequest extends PageRequest<number>, UpTo {
  readonly around?: number | Date | undefined;
}

/** A request for a page of a list of messages that is read forward. */
export interface ForwardRequest extends UpTo {
  readonly first: number;
  /** The seq of the last item of the page before. */
  readonly after?: number | undefined;
}

/** An entry of a timeline: a message, or an event between messages. */
export type TimelineEntry = KnownEntry<{ [T in EntryType]: (typeof entryTypes)[T]['timeline'] extends true ? T : never }[EntryType]>;

/** A page of a list that is read forward from its start. */
export interface Part<T> {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
}

/** Up to which seq all other members have received and read a conversation. */
export interface Reach {
  readonly deliveredToAllSeq: number;
  readonly readByAllSeq: number;
}

/** Who is told of a member's read marker: all, only the member's own devices, or only the others. */
export type Audience = 'all' | 'own' | 'others';

/** A member who shows others their read marker. */
export interface Reader {
  readonly conversationId: bigint;
  readonly userId: bigint;
  /** The first seq that the member may read. */
  readonly joinedSeq: number;
  readonly readSeq: number;
  /** The read marker as others see it. */
  readonly shownReadSeq: number;
}

/** Unread totals of a user, over all conversations shown to them. */
export interface UnreadTotals {
  readonly messages: number;
  /** Messages that mention the user or everyone. */
  readonly mentions: number;
  /** Conversations with unread messages or mentions. */
  readonly conversations: number;
  /** Unread replies in threads that the user takes part in. */
  readonly threads: number;
  /**
   * The unread messages that the user is notified of, by the notification level of each conversation: all, mentions, or none. Conversations
   * that are archived, or muted by silentUntil, count as none.
   */
  readonly badge: number;
}

/** A page of the mentions of a member. */
export interface MentionsRequest {
  readonly first: number;
  /** The seq of the entry with the mention. */
  readonly after?: number | undefined;
  /** True: only unread ones; false: only read ones; absent: both. */
  readonly unread?: boolean | undefined;
}

/** A message that mentions a member or everyone, and the seq of the newest entry that made it so. */
export interface Mentioning {
  readonly message: Message;
  readonly seq: number;
}

/** An earlier version of an edited message. */
export interface Edit extends Pick<Message, 'attachments' | 'data'> {
  readonly text: string;
  /** The seq and the time of the edit that replaced this version. */
  readonly seq: number;
  readonly editedAt: Date;
}

/** A page of the earlier versions of a message, newest first. */
export interface EditsRequest extends MessageRef {
  readonly first: number;
  /** The seq of an edit: lists versions replaced before it. Absent: start at the newest. */
  readonly after?: number | undefined;
}

/** How many users reacted to a message with an emoji. */
export interface ReactionCount extends MessageRef {
  readonly emoji: string;
  readonly count: number;
}

/** The first participants of the thread under a message. */
export interface ParticipantsRequest extends MessageRef {
  readonly first: number;
}

/** A page of the users who reacted to a message with an emoji. */
export interface ReactorsRequest extends MessageRef {
  readonly emoji: string;
  readonly first: number;
  /** A user's id; absent: from the start. */
  readonly after?: bigint | undefined;
}

/** The votes in a message's poll. */
export interface PollTally {
  /** The number of users who voted. */
  readonly voters: number;
  /** Returns the number of votes for an option, by its index. */
  votes(choice: number): number;
}

/** A page of the users who voted for an option of a message's poll. */
export interface VotersRequest extends MessageRef {
  readonly choice: number;
  readonly first: number;
  /** A user's id; absent: from the start. */
  readonly after?: bigint | undefined;
}

/** An option of a message's poll. */
export interface PollOption extends MessageRef {
  /** Its index, from 0. */
  readonly choice: number;
  readonly option: string;
  /** Whether voters are kept secret. */
  readonly anonymous: boolean;
}
