/** What an item of the queue is about (admin schema: `enum ModerationKind`). */
export const itemKinds = ['MESSAGE', 'USER', 'GROUP'] as const;
export type ItemKind = (typeof itemKinds)[number];

/** How an item stands (admin schema: `enum ModerationState`). */
export const itemStates = ['OPEN', 'RESOLVED'] as const;
export type ItemState = (typeof itemStates)[number];

/** What was done about an item (admin schema: `enum ModerationAction`); ERASED: an account was deleted, and nobody has to look any more. */
export const itemActions = ['DISMISS', 'REMOVE_MESSAGE', 'OTHER', 'ERASED'] as const;
export type ItemAction = (typeof itemActions)[number];

/** Why something is in the queue (public schema: `enum ReportReason`, without the last: that is what lists of words say). */
export const reportReasons = [
  ...(['SPAM', 'HARASSMENT', 'HATE', 'VIOLENCE', 'SEXUAL', 'SELF_HARM', 'ILLEGAL', 'IMPERSONATION', 'OTHER'] as const),
  'BLOCKED_WORDS',
] as const;
export type ReportReason = (typeof reportReasons)[number];

/** What an item is about. A message is its sender's, a user their own; a group is nobody's. */
export type Target =
  | { readonly kind: 'MESSAGE'; readonly conversationId: bigint; readonly seq: number; readonly userId: bigint }
  | { readonly kind: 'USER'; readonly userId: bigint }
  | { readonly kind: 'GROUP'; readonly conversationId: bigint };

/** Something that admins are to look at. */
export interface Item {
  /** UUID text: in the order of their making. */
  readonly id: string;
  readonly target: Target;
  /** What it said when the item was opened; of users and groups what was found in a name or the like. Null: nothing, or it is gone. */
  readonly text: string | null;
  readonly state: ItemState;
  readonly createdAt: Date;
  /** Null while it is open. */
  readonly resolution: Resolution | null;
}

/** What an admin has decided. */
export interface Resolution {
  readonly action: ItemAction;
  readonly note: string | null;
  readonly at: Date;
  /** Null: the command line, or nobody. */
  readonly byId: bigint | null;
}

/** A word that was found, as its list has it. */
export interface FoundWord {
  readonly list: string;
  readonly word: string;
}

/** What one user, or the lists of blocked words, say of an item. */
export interface Report {
  /** Null: the lists. */
  readonly reporterId: bigint | null;
  readonly reason: ReportReason;
  readonly note: string | null;
  /** What it said then. */
  readonly text: string | null;
  readonly words: readonly FoundWord[];
  readonly at: Date;
}

/** What is said of an item, counted. */
export interface ReportCounts {
  /** How many users have reported it. */
  readonly reporters: number;
  /** Of each reason how many give it, most first. */
  readonly reasons: readonly { readonly reason: ReportReason; readonly count: number }[];
  /** When the newest came. */
  readonly newestAt: Date;
}
