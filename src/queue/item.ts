/** What an item of the queue is about (admin schema: `enum ModerationKind`). */
export const itemKinds = ['MESSAGE', 'USER', 'GROUP'] as const;
export type ItemKind = (typeof itemKinds)[number];

/** The state of an item (admin schema: `enum ModerationState`). */
export const itemStates = ['OPEN', 'RESOLVED'] as const;
export type ItemState = (typeof itemStates)[number];

/**
 * What was done about an item (admin schema: `enum ModerationAction`). ERASED: an account was deleted, so there is nothing left to review.
 */
export const itemActions = ['DISMISS', 'REMOVE_MESSAGE', 'OTHER', 'ERASED'] as const;
export type ItemAction = (typeof itemActions)[number];

/** Why something was reported (public schema: `enum ReportReason`, without BLOCKED_WORDS, which only the lists of blocked words use). */
export const reportReasons = [
  ...(['SPAM', 'HARASSMENT', 'HATE', 'VIOLENCE', 'SEXUAL', 'SELF_HARM', 'ILLEGAL', 'IMPERSONATION', 'OTHER'] as const),
  'BLOCKED_WORDS',
] as const;
export type ReportReason = (typeof reportReasons)[number];

/** The target of an item. `userId` is the sender of a message, or the reported user. A group has none. */
export type Target =
  | { readonly kind: 'MESSAGE'; readonly conversationId: bigint; readonly seq: number; readonly userId: bigint }
  | { readonly kind: 'USER'; readonly userId: bigint }
  | { readonly kind: 'GROUP'; readonly conversationId: bigint };

/** An item of the moderation queue. */
export interface Item {
  /** A UUID. Ids sort by time of creation. */
  readonly id: string;
  readonly target: Target;
  /**
   * The target's text when the item was opened: a message's text, or what was found in the name or description of a user or group. Null if
   * there was none, or it has been removed.
   */
  readonly text: string | null;
  readonly state: ItemState;
  readonly createdAt: Date;
  /** Null while the item is open. */
  readonly resolution: Resolution | null;
}

/** An admin's decision. */
export interface Resolution {
  readonly action: ItemAction;
  readonly note: string | null;
  readonly at: Date;
  /** Null if the command line decided, or nobody did. */
  readonly byId: bigint | null;
}

/** A blocked word that was found, as its list spells it. */
export interface FoundWord {
  readonly list: string;
  readonly word: string;
}

/** A report of an item by one user, or by the lists of blocked words. */
export interface Report {
  /** Null: the lists of blocked words. */
  readonly reporterId: bigint | null;
  readonly reason: ReportReason;
  readonly note: string | null;
  /** The target's text at the time of the report. */
  readonly text: string | null;
  readonly words: readonly FoundWord[];
  readonly at: Date;
}

/** The counts of an item's reports. */
export interface ReportCounts {
  /** The number of users who have reported it. */
  readonly reporters: number;
  /** The number of reports by reason, the most frequent first. */
  readonly reasons: readonly { readonly reason: ReportReason; readonly count: number }[];
  /** When the newest report was made. */
  readonly newestAt: Date;
}
