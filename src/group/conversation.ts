/** Where people talk, as of the moment it was read: nothing read after it is older than `lastSeq`. */
export interface Conversation {
  readonly id: bigint;
  readonly kind: 'DIRECT' | 'GROUP';
  readonly lastSeq: number;
  /** Ordinal of the newest message as of lastSeq. */
  readonly lastOrdinal: number;
  readonly lastActivityAt: Date;
  readonly createdAt: Date;
  readonly memberCount: number;
  /** The two sides of a direct conversation, ascending; the same twice with oneself. Null for groups. */
  readonly sides: readonly [bigint, bigint] | null;
  readonly name: string | null;
  readonly description: string | null;
  readonly announcement: string | null;
  readonly avatarUrl: string | null;
  /** JSON of an object that clients have made up for each other; null: none, as of direct conversations. */
  readonly data: string | null;
  readonly ownerId: bigint | null;
  /** Who may join by themselves, and what of the past newcomers may read; they count in groups only. */
  readonly joinPolicy: JoinPolicy;
  /** Whether anybody may find it in the directory. */
  readonly listed: boolean;
  readonly history: GroupHistory;
  /** Who may write, add members, pin messages, mention everyone; they count in groups only. */
  readonly postPolicy: GroupPolicy;
  readonly invitePolicy: GroupPolicy;
  readonly pinPolicy: GroupPolicy;
  readonly mentionPolicy: GroupPolicy;
  /** How long a member waits between two messages, in s; 0: they need not. */
  readonly slowModeSeconds: number;
  /** Until when everyone but the owner and the admins is muted; that moment may have passed. */
  readonly mutedUntil: Date | null;
}

/** Whom a group lets do something (schema: `enum GroupPolicy`). */
export const groupPolicies = ['EVERYONE', 'ADMINS', 'OWNER'] as const;
export type GroupPolicy = (typeof groupPolicies)[number];

/** Who may join a group by themselves (schema: `enum JoinPolicy`). */
export const joinPolicies = ['OPEN', 'APPROVAL', 'INVITE_ONLY'] as const;
export type JoinPolicy = (typeof joinPolicies)[number];

/** What newcomers may read: all, or what is said from their joining on (schema: `enum GroupHistory`). */
export const groupHistories = ['ALL', 'JOINING'] as const;
export type GroupHistory = (typeof groupHistories)[number];

/** What a member may do. */
export type Role = 'OWNER' | 'ADMIN' | 'MEMBER';

/** Whether any number of members may have one of these roles: of those who run a group there are few (MAX_ADMINS). */
export function isUnbounded(roles: readonly Role[]): boolean {
  return roles.includes('MEMBER');
}

/** Of what somebody wants to be notified (schema: `enum NotificationLevel`). */
export const notificationLevels = ['ALL', 'MENTIONS', 'NONE'] as const;
export type NotificationLevel = (typeof notificationLevels)[number];

/** A user's access to a conversation. Only active ones are ever handed out. */
export interface Membership {
  readonly conversationId: bigint;
  readonly userId: bigint;
  readonly role: Role;
  readonly joinedAt: Date;
  /** The first seq they may read. */
  readonly fromSeq: number;
  /** The first entry of the act with which they came; not before fromSeq. */
  readonly joinedSeq: number;
  /** False for the side of a direct conversation that has not received a first message yet. */
  readonly shown: boolean;
  readonly nickname: string | null;
  /** Until when they may not write; that moment may have passed. */
  readonly mutedUntil: Date | null;
  /** Of what their devices are to tell them. */
  readonly notificationLevel: NotificationLevel;
  /** Until when they are to tell them of nothing; null, or a moment that has passed: as the level says. */
  readonly silentUntil: Date | null;
  /** What they have marked it as, in their list. */
  readonly pinned: boolean;
  readonly archived: boolean;
  readonly deliveredSeq: number;
  readonly readSeq: number;
  /** How far others are shown that they have got: the same, unless a block stands between the two of a direct conversation, which see them as they stood then. */
  readonly shownDeliveredSeq: number;
  readonly shownReadSeq: number;
  /** From where on the member has marked it as unread for themselves; null: nowhere. */
  readonly markedUnreadFromSeq: number | null;
  /** Up to where the member has cleared it for themselves; 0: nothing. */
  readonly clearedSeq: number;
}

/** Names a membership. */
export interface MembershipRef {
  readonly conversationId: bigint;
  readonly userId: bigint;
}
