import type { NewData } from '../data.ts';
import type { DeletedMessages, LinkedIdentity, Session, User, UserPage, UserRole } from './user.ts';

/** How an account stands, as operators see it (admin schema: `enum UserState`). */
export const accountStates = ['ACTIVE', 'SUSPENDED', 'ERASED'] as const;
export type AccountState = (typeof accountStates)[number];

/** Why somebody may not sign in. */
export interface Suspension {
  /** They are told it. */
  readonly reason: string;
  /** When it began. */
  readonly since: Date;
  /** When it ends by itself; null: never. */
  readonly until: Date | null;
  /** Who decided on it last; null: the command line. */
  readonly byId: bigint | null;
}

/** What an act on a suspension came to: how it stood before, and after. */
export interface SuspensionChange {
  readonly before: Suspension | null;
  readonly after: Suspension | null;
  /** The sessions that have ended. */
  readonly ended: readonly string[];
}

/** What operators are shown of an account, and nobody else. */
export interface Standing {
  readonly state: AccountState;
  readonly suspension: Suspension | null;
  readonly role: UserRole;
}

/** Users that are looked for. */
export interface UserQuery {
  /** Beginnings of handle and words of the display name, as anybody searches; those who are erased have none. */
  readonly search?: string | undefined;
  readonly state?: AccountState | undefined;
}

/** What somebody is called for whom an account is made. */
export interface Called {
  readonly handle: string;
  /** By default the handle. */
  readonly displayName?: string | null | undefined;
  readonly avatarUrl?: string | null | undefined;
  readonly bio?: string | null | undefined;
  readonly data?: NewData | null | undefined;
}

/** What an act on a profile came to: how it stood before, and after. */
export interface UserChange {
  readonly before: Profile;
  readonly after: Profile;
}

/** What others see of a user, and operators change. */
export interface Profile extends Pick<User, 'handle' | 'displayName' | 'avatarUrl' | 'bio'> {
  /** An object of JSON, or null: the audit looks for names in it that are of secrets. */
  readonly data: unknown;
}

/** A key that was just made. */
export interface BotKey {
  /** The key itself: nobody can be told it again. */
  readonly key: string;
  readonly session: Session;
}

/** What operators see of users and do to them. `actorId`: the admin who does it; null: the command line. Refusals are thrown as ChatError. */
export interface Administration {
  /** Users, who signed up last first; in the order of a search where there is one. Keys are opaque: where to go on. Throws BAD_USER_INPUT (after). */
  list(query: UserQuery, page: { readonly first: number; readonly after?: string | undefined }): Promise<UserPage>;
  /** Bots, made last first; keys as of list. */
  bots(page: { readonly first: number; readonly after?: string | undefined }): Promise<UserPage>;
  /**
   * Makes an account for somebody before they come: whoever signs in as `subject` is them, and without it nobody is until an account elsewhere is linked, or a password reset. Throws
   * INVALID_INPUT (handle, displayName, avatarUrl, bio, data, subject, issuer), CONFLICT (handle, subject) where it is somebody's, UNAVAILABLE.
   */
  createUser(
    options: Called & { readonly subject?: string | null | undefined; readonly issuer?: string | null | undefined },
  ): Promise<User>;
  /**
   * Changes what somebody is called, what is said of them, and their data, which is replaced as a whole: absent leaves as it is, null clears. Lists of words that are not to be used are not asked. Throws NOT_FOUND (userId),
   * INVALID_INPUT (handle, displayName, avatarUrl, bio, data), CONFLICT (handle) where it is somebody's, CONFLICT (userId) for an admin, for whom only the command line does it, UNAVAILABLE.
   */
  update(
    actorId: bigint | null,
    options: Omit<Called, 'handle'> & { readonly userId: bigint; readonly handle?: string | null | undefined },
  ): Promise<UserChange>;
  /** Makes an account for a program, which comes by keys alone. Throws as createUser does. */
  createBot(options: Called): Promise<User>;
  /**
   * Makes a key of a bot, which is told this once; it is good from then on, for so many days or until it is revoked. Throws NOT_FOUND (userId), INVALID_INPUT (name, days), CONFLICT
   * (userId) for who is no bot or is suspended, and for an admin, for whom only the command line does it, LIMIT_REACHED (userId), UNAVAILABLE.
   */
  createBotKey(
    actorId: bigint | null,
    options: { readonly userId: bigint; readonly name: string; readonly days?: number | null | undefined },
  ): Promise<BotKey>;
  /**
   * Ends a key, which is named by UUID text of its session, or by itself, as who has found it where it does not belong has it: by the time of the answer no node takes it. Answers
   * whose it was. Throws NOT_FOUND (keyId), UNAVAILABLE.
   */
  revokeBotKey(options: { readonly key: string }): Promise<bigint>;
  /** How accounts stand, in the order asked for; null where there never was one. */
  standings(userIds: readonly bigint[]): Promise<readonly (Standing | null)[]>;
  /** Their live sessions, in the order asked for, each newest first and at most 50. */
  sessions(userIds: readonly bigint[]): Promise<readonly (readonly Session[])[]>;
  /** The accounts elsewhere by which each signs in, in the order asked for. */
  identities(userIds: readonly bigint[]): Promise<readonly (readonly LinkedIdentity[])[]>;
  /** Who signs in as a subject of an issuer, by default config IDENTITY_ISSUER's; null: nobody so far. */
  byIdentity(identity: { readonly subject: string; readonly issuer?: string | null | undefined }): Promise<User | null>;
  /**
   * Lets somebody sign in by an account elsewhere, beside what they sign in by already; answers whether they did not before. Throws NOT_FOUND (userId), INVALID_INPUT
   * (subject, issuer), CONFLICT (subject) where somebody else does, CONFLICT (userId) for an admin, for whom only the command line does it, UNAVAILABLE.
   */
  link(
    actorId: bigint | null,
    options: { readonly userId: bigint; readonly subject: string; readonly issuer?: string | null | undefined },
  ): Promise<boolean>;
  /** Takes that back; answers whether they did before. Their sessions go on. Throws as link does, but for CONFLICT (subject). */
  unlink(
    actorId: bigint | null,
    options: { readonly userId: bigint; readonly subject: string; readonly issuer?: string | null | undefined },
  ): Promise<boolean>;
  /** How many groups each is in, in the order asked for. */
  groupCounts(userIds: readonly bigint[]): Promise<readonly number[]>;
  /** How many contacts each has, in the order asked for. */
  contactCounts(userIds: readonly bigint[]): Promise<readonly number[]>;
  /**
   * Ends all sessions of somebody, and lets them begin no other and say nothing until a time, or until they are restored: all of it holds on every node by the time of the
   * answer, but for what is connected, which each node closes as soon as it hears of it. Done again, another reason and end are in force. Throws NOT_FOUND (userId),
   * FORBIDDEN for oneself, CONFLICT (userId) for an admin, INVALID_INPUT (reason, until), UNAVAILABLE.
   */
  suspend(actorId: bigint | null, options: { userId: bigint; reason: string; until?: Date | null | undefined }): Promise<SuspensionChange>;
  /** Takes that back. Throws NOT_FOUND (userId), UNAVAILABLE. */
  restore(options: { userId: bigint }): Promise<SuspensionChange>;
  /** Erases an account as its user would. Throws NOT_FOUND (userId), FORBIDDEN for oneself, CONFLICT (userId) for an admin, UNAVAILABLE. */
  erase(actorId: bigint | null, options: { userId: bigint; messages: DeletedMessages }): Promise<void>;
  /**
   * Puts a password in force that is made up here, and ends all sessions. It is answered this once. Throws NOT_FOUND (userId), CONFLICT (userId) for an admin,
   * whose password only the command line resets, UNAVAILABLE.
   */
  resetPassword(
    actorId: bigint | null,
    options: { userId: bigint },
  ): Promise<{ readonly password: string; readonly ended: readonly string[] }>;
}
