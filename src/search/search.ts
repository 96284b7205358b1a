import type { Conversation } from '../group/index.ts';
import type { Message } from '../message/index.ts';
import type { Viewer } from '../user/index.ts';

/** The time in which messages were sent. */
export interface Span {
  /** At this moment or later. */
  readonly sentFrom?: Date | undefined;
  /** Before this moment. */
  readonly sentBefore?: Date | undefined;
}

/** What to search for, and where. */
export interface SearchRequest extends Span {
  /** Each word must begin a word of the message, or of the name or description of an attachment. */
  readonly search: string;
  /** Searches only this conversation. Absent: all conversations that the viewer is shown, latest activity first. */
  readonly conversationId?: bigint | undefined;
  /** Finds only the messages of this user. */
  readonly senderId?: bigint | undefined;
  /** Finds only messages with attachments (true) or without (false). */
  readonly hasAttachments?: boolean | undefined;
  readonly first: number;
  /** The key of a message, or of the end of a page. */
  readonly after?: string | undefined;
  /** Aborts when the client does not wait for the answer any more. The search rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A message that was found, and its conversation, which was read before the message. */
export interface FoundMessage {
  readonly message: Message;
  readonly conversation: Conversation;
  /** An opaque text. */
  readonly key: string;
}

/**
 * A page of results, newest first within a conversation. A page can be short or empty although there is a next one, because a request reads
 * only a bounded amount.
 */
export interface FoundPage {
  readonly items: readonly FoundMessage[];
  /** The key from which the search continues, or null if nothing is left. */
  readonly endKey: string | null;
  /** Whether anything was found before this page. */
  readonly hasPreviousPage: boolean;
}

/** Counts of the searches on this node since its start. */
export interface SearchCounts {
  /** Searches that were answered or failed. */
  readonly done: number;
  /** The time for which searches ran, in total. */
  readonly seconds: number;
  /** Searches that were refused because too many were waiting. */
  readonly refused: number;
  /** Searches that are running or waiting at this moment. */
  readonly waiting: number;
}

/** The interface of the search module. */
export interface Search {
  /**
   * Finds messages that the viewer may read at that moment. The result is empty if the viewer may read nothing, or the search has no words
   * or emojis. Throws:
   * - FORBIDDEN if search is turned off.
   * - BAD_USER_INPUT (search) if it is too long, (after) if the key belongs to another search.
   * - RATE_LIMITED past config SEARCHES_PER_MINUTE.
   * - UNAVAILABLE if too many searches are waiting, the viewer has too many of their own, or the wait is too long.
   * - The signal's reason when the signal aborts.
   */
  messages(viewer: Viewer, request: SearchRequest): Promise<FoundPage>;
  counts(): SearchCounts;
}
