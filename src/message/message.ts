import type { EntryData, EntryType, entryTypes, KnownEntry } from '../log/index.ts';
import type { PageRequest } from '../page.ts';

/** A message as it stands: what its entry says (`text` is '', `mentionIds` and `attachments` are empty, `data` and `poll` are null once recalled), and where it stands. */
export interface Message extends Readonly<EntryData<'MessageSent'>> {
  readonly conversationId: bigint;
  readonly seq: number;
  readonly senderId: bigint;
  readonly sentAt: Date;
}

/** Names a message: (conversation, seq) is its key. */
export interface MessageRef {
  readonly conversationId: bigint;
  readonly seq: number;
}

/**
 * A page of a conversation by seq. `around`, a seq or a moment: the nearest entry is included; alone it means 50 on each side, with first or last that
 * many after or before.
 */
export interface HistoryRequest extends PageRequest<number> {
  readonly around?: number | Date | undefined;
  /**
   * The conversation's lastSeq as it stood before the access was read: what came later may be past the end of that access. Absent: as it
   * stands, which is right only for an access that cannot have ended meanwhile.
   */
  readonly upTo?: number | undefined;
}

/** What a timeline shows: messages and what happened between them. */
export type TimelineEntry = KnownEntry<{ [T in EntryType]: (typeof entryTypes)[T]['timeline'] extends true ? T : never }[EntryType]>;

/** Part of a list that is read from its start on. */
export interface Part<T> {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
}

/** How far all others have a conversation, and have read it. */
export interface Reach {
  readonly deliveredToAllSeq: number;
  readonly readByAllSeq: number;
}

/** Who is told of a member's reading. */
export type Audience = 'all' | 'own' | 'others';

/** A member who shows how far they have read. */
export interface Reader {
  readonly conversationId: bigint;
  readonly userId: bigint;
  /** The first seq they may read. */
  readonly joinedSeq: number;
  readonly readSeq: number;
  /** The same, as others are shown it. */
  readonly shownReadSeq: number;
}

/** What waits for a user to read it, over all that they are shown. */
export interface UnreadTotals {
  readonly messages: number;
  /** Messages that mention them, or everyone. */
  readonly mentions: number;
  /** Conversations in which any of these wait. */
  readonly conversations: number;
  /** Replies in threads that they take part in. */
  readonly threads: number;
  /** Of the messages those of which they are told: all, or those that mention them, or none, as they have settled it; of what they have archived, or want to be silent until later, none. */
  readonly badge: number;
}

/** Which of the messages that mention a member, and how many of them. */
export interface MentionsRequest {
  readonly first: number;
  /** The seq of the entry that mentions. */
  readonly after?: number | undefined;
  /** Only what waits to be read, or only the rest; absent: both. */
  readonly unread?: boolean | undefined;
}

/** A message that mentions a member or everyone, and the newest entry by which it does. */
export interface Mentioning {
  readonly message: Message;
  readonly seq: number;
}

/** What a message said before it was edited. */
export interface Edit extends Pick<Message, 'attachments' | 'data'> {
  readonly text: string;
  /** When, and by which entry, it was replaced. */
  readonly seq: number;
  readonly editedAt: Date;
}

/** Part of what a message said before, newest first. */
export interface EditsRequest extends MessageRef {
  readonly first: number;
  /** The seq of an edit: what was replaced before that one; absent: from the start. */
  readonly after?: number | undefined;
}

/** How often an emoji stands on a message. */
export interface ReactionCount extends MessageRef {
  readonly emoji: string;
  readonly count: number;
}

/** The first of those who take part in the thread that a message has begun. */
export interface ParticipantsRequest extends MessageRef {
  readonly first: number;
}

/** Part of those who have put an emoji on a message. */
export interface ReactorsRequest extends MessageRef {
  readonly emoji: string;
  readonly first: number;
  /** A user's id; absent: from the start. */
  readonly after?: bigint | undefined;
}

/** How many have chosen what of a message's poll. */
export interface PollTally {
  /** People who have chosen anything. */
  readonly voters: number;
  /** How many have chosen an option, by its place. */
  votes(choice: number): number;
}

/** Part of those who have chosen an option of a message's poll. */
export interface VotersRequest extends MessageRef {
  readonly choice: number;
  readonly first: number;
  /** A user's id; absent: from the start. */
  readonly after?: bigint | undefined;
}

/** An option of a message's poll. */
export interface PollOption extends MessageRef {
  /** Its place there, from 0 on. */
  readonly choice: number;
  readonly option: string;
  /** Whether nobody is told who has chosen it. */
  readonly anonymous: boolean;
}
