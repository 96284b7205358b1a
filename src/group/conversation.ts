/** A conversation at the moment it was read. Nothing that is read after it is older than `lastSeq`. */
export interface Conversation {
  readonly id: bigint;
  readonly kind: 'DIRECT' | 'GROUP';
  readonly lastSeq: number;
  /** The ordinal of the newest message as of lastSeq. */
  readonly lastOrdinal: number;
  readonly lastActivityAt: Date;
  readonly createdAt: Date;
  readonly memberCount: number;
  /** The two users of a direct conversation, ascending. They are equal in a conversation with oneself. null for groups. */
  readonly sides: readonly [bigint, bigint] | null;
  readonly name: string | null;
  readonly description: string | null;
  readonly announcement: string | null;
  readonly avatarUrl: string | null;
  /** A JSON object that the group's clients define, or null. Always null for direct conversations. */
  readonly data: string | null;
  readonly ownerId: bigint | null;
  /** Who may join without being added. This and `history`, which says what newcomers may read, count in groups only. */
  readonly joinPolicy: JoinPolicy;
  /** Whether the directory shows it. */
  readonly listed: boolean;
  readonly history: GroupHistory;
  /** Who may write, add members, pin messages and mention everyone. These count in groups only. */
  readonly postPolicy: GroupPolicy;
  readonly invitePolicy: GroupPolicy;
  readonly pinPolicy: GroupPolicy;
  readonly mentionPolicy: GroupPolicy;
  /** How long a member must wait between two messages, in seconds. 0: not at all. */
  readonly slowModeSeconds: number;
  /** Until when everyone except the owner and the admins is muted. May be in the past. */
  readonly mutedUntil: Date | null;
  /** For how many days the history is kept. null: for as long as the server keeps it. */
  readonly historyDays: number | null;
}

/** Whom a group allows an action (schema: `enum GroupPolicy`). */
export const groupPolicies = ['EVERYONE', 'ADMINS', 'OWNER'] as const;
export type GroupPolicy = (typeof groupPolicies)[number];

/** Who may join a group without being added (schema: `enum JoinPolicy`). */
export const joinPolicies = ['OPEN', 'APPROVAL', 'INVITE_ONLY'] as const;
export type JoinPolicy = (typeof joinPolicies)[number];

/** What newcomers may read: everything, or only what comes after their joining (schema: `enum GroupHistory`). */
export const groupHistories = ['ALL', 'JOINING'] as const;
export type GroupHistory = (typeof groupHistories)[number];

/** The role of a member. */
export type Role = 'OWNER' | 'ADMIN' | 'MEMBER';

/** Whether the number of members with one of these roles is unbounded. Only the owner and the admins are few (MAX_ADMINS). */
export function isUnbounded(roles: readonly Role[]): boolean {
  return roles.includes('MEMBER');
}

/** What a member wants to be notified of (schema: `enum NotificationLevel`). */
export const notificationLevels = ['ALL', 'MENTIONS', 'NONE'] as const;
export type NotificationLevel = (typeof notificationLevels)[number];

/** A user's access to a conversation. Only active memberships are returned by this module. */
export interface Membership {
  readonly conversationId: bigint;
  readonly userId: bigint;
  readonly role: Role;
  readonly joinedAt: Date;
  /** The first seq that the member may read. */
  readonly fromSeq: number;
  /** The first entry of the act with which they joined. Not before fromSeq. */
  readonly joinedSeq: number;
  /** False for the user of a direct conversation who has not received a message in it yet. */
  readonly shown: boolean;
  readonly nickname: string | null;
  /** Until when the member may not write. May be in the past. */
  readonly mutedUntil: Date | null;
  /** What the member's devices should notify of. */
  readonly notificationLevel: NotificationLevel;
  /** Until when the member's devices should notify of nothing. If null or in the past, notificationLevel applies. */
  readonly silentUntil: Date | null;
  /** The marks of the conversation in the member's list. */
  readonly pinned: boolean;
  readonly archived: boolean;
  readonly deliveredSeq: number;
  readonly readSeq: number;
  /**
   * The markers as other members see them. They differ from the real ones only in a direct conversation with a block, where they stay as
   * they were when it began.
   */
  readonly shownDeliveredSeq: number;
  readonly shownReadSeq: number;
  /** From which seq on the member has marked the conversation as unread for themselves. null: not marked. */
  readonly markedUnreadFromSeq: number | null;
  /** Up to which seq the member has cleared the conversation for themselves. 0: not cleared. */
  readonly clearedSeq: number;
}

/** Identifies a membership. */
export interface MembershipRef {
  readonly conversationId: bigint;
  readonly userId: bigint;
}
