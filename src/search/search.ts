import type { Conversation } from '../group/index.ts';
import type { Message } from '../message/index.ts';
import type { Viewer } from '../user/index.ts';

/** When something was said. */
export interface Span {
  /** At this moment, or later. */
  readonly sentFrom?: Date | undefined;
  /** Earlier than this moment. */
  readonly sentBefore?: Date | undefined;
}

/** What is looked for, and where. */
export interface SearchRequest extends Span {
  /** Each of its words must begin a word of the message, or of a name or description of what is attached. */
  readonly search: string;
  /** Only there; absent: in all that the viewer is shown, latest activity first. */
  readonly conversationId?: bigint | undefined;
  /** Only what they said. */
  readonly senderId?: bigint | undefined;
  /** Only what has something attached, or nothing. */
  readonly hasAttachments?: boolean | undefined;
  readonly first: number;
  /** The key of a message, or of a page's end. */
  readonly after?: string | undefined;
  /** Aborts when nobody waits for the answer any more; its reason is the error to end with. */
  readonly signal?: AbortSignal | undefined;
}

/** A message that was found, its conversation read before it. */
export interface FoundMessage {
  readonly message: Message;
  readonly conversation: Conversation;
  /** Opaque text. */
  readonly key: string;
}

/** Part of what is found, the newest first within a conversation. It may be short, or empty, and go on nevertheless: a request reads only so much. */
export interface FoundPage {
  readonly items: readonly FoundMessage[];
  /** From where there is more to be read; null: nothing is left. */
  readonly endKey: string | null;
  /** Whether something had been found before the page. */
  readonly hasPreviousPage: boolean;
}

/** How much was searched on this node since the start. */
export interface SearchCounts {
  /** Searches that were answered, or failed. */
  readonly done: number;
  /** For how long each of them had the turn, together. */
  readonly seconds: number;
  /** Searches that were sent away because too much waited. */
  readonly refused: number;
  /** Searches that are under way or wait for their turn, now. */
  readonly waiting: number;
}

/** The search module's face. */
export interface Search {
  /**
   * Finds what the viewer may read at that moment; nothing where they may read nothing, or no word is asked for. Throws FORBIDDEN where nobody can search, BAD_USER_INPUT (search: too long; after: of
   * another search), RATE_LIMITED past config SEARCHES_PER_MINUTE, UNAVAILABLE where too many search, they have many under
   * way themselves, or their turn does not come; the signal's reason once that aborts.
   */
  messages(viewer: Viewer, request: SearchRequest): Promise<FoundPage>;
  counts(): SearchCounts;
}
