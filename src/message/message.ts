import type { Conversation, Membership } from '../group/index.ts';
import type { EntryData, KnownEntry } from '../log/index.ts';
import type { Page, PageRequest } from '../page.ts';
import type { Viewer } from '../user/index.ts';

/** A message as it stands: what its entry says (`text` is '' and `mentionIds` empty once recalled), and where it stands. */
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

/** A page of a conversation by seq. `around`: the nearest entry is included; alone it means 50 on each side, with first or last that many after or before. */
export interface HistoryRequest extends PageRequest<number> {
  readonly around?: number | undefined;
  /**
   * The conversation's lastSeq as it stood before the access was read: what came later may be past the end of that access. Absent: as it
   * stands, which is right only for an access that cannot have ended meanwhile.
   */
  readonly upTo?: number | undefined;
}

/** What a timeline shows: messages and what happened between them. */
export type TimelineEntry = KnownEntry<'MessageSent' | 'MemberJoined' | 'MemberLeft' | 'PinChanged' | 'GroupChanged'>;

/** The message module's face. `access` is the viewer's active membership: reads are bounded by its fromSeq. */
export interface Messages {
  /** Stores a message, or finds the one stored under this clientMessageId. Throws INVALID_INPUT (text, clientMessageId), NOT_FOUND (conversationId, replyToId), CONFLICT (clientMessageId), UNAVAILABLE. */
  send(
    viewer: Viewer,
    options: { conversationId: bigint; clientMessageId: string; text: string; replyTo?: MessageRef | undefined },
  ): Promise<Message>;
  /** Resolves once stored; below the marker changes nothing. Throws NOT_FOUND (conversationId), INVALID_INPUT (seq: negative or above lastSeq). */
  markDelivered(viewer: Viewer, options: { conversationId: bigint; seq: number }): Promise<void>;
  /** The same, and raises the delivered marker too. */
  markRead(viewer: Viewer, options: { conversationId: bigint; seq: number }): Promise<void>;
  /** In the order asked for; null where there is none. Does not ask who may see them. */
  byRefs(refs: readonly MessageRef[]): Promise<readonly (Message | null)[]>;
  messages(access: Membership, request: HistoryRequest): Promise<Page<Message>>;
  timeline(access: Membership, request: HistoryRequest): Promise<Page<TimelineEntry>>;
  /** The newest message within each access, in order; null where there is none. */
  last(accesses: readonly Membership[]): Promise<readonly (Message | null)[]>;
  /** Messages of others after readSeq, as of the conversation's lastSeq, in order. */
  unread(of: readonly { readonly conversation: Conversation; readonly access: Membership }[]): Promise<readonly number[]>;
  /** Over all conversations shown to the viewer. */
  unreadTotals(viewer: Viewer): Promise<{ readonly messages: number; readonly conversations: number }>;
}
