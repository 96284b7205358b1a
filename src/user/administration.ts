import type { NewData } from '../data.ts';
import type { ListRequest } from '../page.ts';
import type { DeletedMessages, LinkedIdentity, Session, User, UserPage, UserRole } from './user.ts';

/** The state of an account, as operators see it (admin schema: `enum UserState`). */
export const accountStates = ['ACTIVE', 'SUSPENDED', 'ERASED'] as const;
export type AccountState = (typeof accountStates)[number];

/** Why and until when a user may not sign in. */
export interface Suspension {
  /** The user is shown this reason. */
  readonly reason: string;
  /** When it began. */
  readonly since: Date;
  /** When it ends by itself, or null if it does not. */
  readonly until: Date | null;
  /** The admin who decided on it last, or null for the command. */
  readonly byId: bigint | null;
}

/** The result of changing a suspension: how it was before, and how it is after. */
export interface SuspensionChange {
  readonly before: Suspension | null;
  readonly after: Suspension | null;
  /** The ids of the sessions that ended. */
  readonly ended: readonly string[];
}

/** The part of an account that only operators see. */
export interface AccountStatus {
  readonly state: AccountState;
  readonly suspension: Suspension | null;
  readonly role: UserRole;
}

/** The users to list. */
export interface UserQuery {
  /** Beginnings of the handle and of words of the display name, as in a search by users. Erased accounts have none. */
  readonly search?: string | undefined;
  readonly state?: AccountState | undefined;
}

/** The profile of an account that is created for somebody. */
export interface Called {
  readonly handle: string;
  /** Defaults to the handle. */
  readonly displayName?: string | null | undefined;
  readonly avatarUrl?: string | null | undefined;
  readonly bio?: string | null | undefined;
  readonly data?: NewData | null | undefined;
}

/** The result of changing a profile: how it was before, and how it is after. */
export interface UserChange {
  readonly before: Profile;
  readonly after: Profile;
}

/** The part of a user that others see and operators can change. */
export interface Profile extends Pick<User, 'handle' | 'displayName' | 'avatarUrl' | 'bio'> {
  /** A JSON object, or null. Parsed, because the audit looks in it for names of secrets. */
  readonly data: unknown;
}

/** A new key. */
export interface BotKey {
  /** The key itself, which cannot be shown again. */
  readonly key: string;
  readonly session: Session;
}

/**
 * What operators see of users and do to them. `actorId` is the admin who does it, or null for the command. Refusals are thrown as
 * ChatError.
 */
export interface Administration {
  /**
   * Lists users, newest accounts first, or in the order of the search if there is one. Keys are opaque positions. Throws BAD_USER_INPUT
   * (after).
   */
  list(query: UserQuery, page: ListRequest): Promise<UserPage>;
  /** Lists bots, newest first. Keys are as in `list`. */
  bots(page: ListRequest): Promise<UserPage>;
  /**
   * Creates an account for somebody before their first sign-in. With a `subject`, it belongs to the user who signs in as that subject.
   * Without one, nobody can sign in until an identity is linked or a password is reset. Throws INVALID_INPUT (handle, displayName,
   * avatarUrl, bio, data, subject, issuer), CONFLICT (handle, subject) if it is taken, or UNAVAILABLE.
   */
  createUser(
    options: Called & { readonly subject?: string | null | undefined; readonly issuer?: string | null | undefined },
  ): Promise<User>;
  /**
   * Changes a user's profile and data. Data is replaced as a whole. Absent properties stay as they are, null clears them. Lists of blocked
   * words do not apply. Throws NOT_FOUND (userId), INVALID_INPUT (handle, displayName, avatarUrl, bio, data), CONFLICT (handle) if it is
   * taken, CONFLICT (userId) for an admin, whom only the command can change, or UNAVAILABLE.
   */
  update(
    actorId: bigint | null,
    options: Omit<Called, 'handle'> & { readonly userId: bigint; readonly handle?: string | null | undefined },
  ): Promise<UserChange>;
  /** Creates an account for a program, which signs in with keys only. Throws the errors of createUser. */
  createBot(options: Called): Promise<User>;
  /**
   * Creates a key of a bot, and returns it this once. The key is valid for `days` days, or until it is revoked. Throws NOT_FOUND (userId),
   * INVALID_INPUT (name, days), CONFLICT (userId) if the user is not a bot, is suspended, or is an admin, for whom only the command can
   * create keys, LIMIT_REACHED (userId) or UNAVAILABLE.
   */
  createBotKey(
    actorId: bigint | null,
    options: { readonly userId: bigint; readonly name: string; readonly days?: number | null | undefined },
  ): Promise<BotKey>;
  /**
   * Revokes a key and returns the id of its bot. `key` is the UUID text of the key's session, or the key itself, for whoever finds one that
   * has leaked. When the call resolves, no node accepts the key any more. Throws NOT_FOUND (keyId) or UNAVAILABLE.
   */
  revokeBotKey(options: { readonly key: string }): Promise<bigint>;
  /** Returns the state of accounts, in the order of `userIds`. Null where there never was one. */
  standings(userIds: readonly bigint[]): Promise<readonly (AccountStatus | null)[]>;
  /** Returns the live sessions of users, in the order of `userIds`, each newest first and at most 50. */
  sessions(userIds: readonly bigint[]): Promise<readonly (readonly Session[])[]>;
  /** Returns the identities with which users sign in, in the order of `userIds`. */
  identities(userIds: readonly bigint[]): Promise<readonly (readonly LinkedIdentity[])[]>;
  /** Returns the user with a subject of an issuer, by default of config IDENTITY_ISSUER. Null if there is none. */
  byIdentity(identity: { readonly subject: string; readonly issuer?: string | null | undefined }): Promise<User | null>;
  /**
   * Lets a user sign in with an identity, in addition to the ways that they have. Returns false if it was linked to them already. Throws
   * NOT_FOUND (userId), INVALID_INPUT (subject, issuer), CONFLICT (subject) if it belongs to another user, CONFLICT (userId) for a bot, or
   * for an admin, to whom only the command can link identities, or UNAVAILABLE.
   */
  link(
    actorId: bigint | null,
    options: { readonly userId: bigint; readonly subject: string; readonly issuer?: string | null | undefined },
  ): Promise<boolean>;
  /**
   * Removes an identity from a user. Returns false if it was not theirs. Their sessions stay. Throws the errors of `link` except CONFLICT
   * (subject).
   */
  unlink(
    actorId: bigint | null,
    options: { readonly userId: bigint; readonly subject: string; readonly issuer?: string | null | undefined },
  ): Promise<boolean>;
  /** Returns how many groups each user is in, in the order of `userIds`. */
  groupCounts(userIds: readonly bigint[]): Promise<readonly number[]>;
  /** Returns how many contacts each user has, in the order of `userIds`. */
  contactCounts(userIds: readonly bigint[]): Promise<readonly number[]>;
  /**
   * Suspends a user until a time, or until they are restored. All their sessions end, and they can neither sign in nor send anything. When
   * the call resolves, this holds on every node, except that each node closes connections as soon as it gets the entry. Repeating it
   * replaces the reason and the end. Throws NOT_FOUND (userId), FORBIDDEN for oneself, CONFLICT (userId) for an admin, INVALID_INPUT
   * (reason, until) or UNAVAILABLE.
   */
  suspend(actorId: bigint | null, options: { userId: bigint; reason: string; until?: Date | null | undefined }): Promise<SuspensionChange>;
  /** Ends a suspension. Throws NOT_FOUND (userId) or UNAVAILABLE. */
  restore(options: { userId: bigint }): Promise<SuspensionChange>;
  /**
   * Erases an account, as its user would. Throws NOT_FOUND (userId), FORBIDDEN for oneself, CONFLICT (userId) for an admin, or UNAVAILABLE.
   */
  erase(actorId: bigint | null, options: { userId: bigint; messages: DeletedMessages }): Promise<void>;
  /**
   * Replaces a user's password with a random one, which it returns this once, and ends all their sessions. Throws NOT_FOUND (userId),
   * CONFLICT (userId) for a bot, or for an admin, whose password only the command can reset, or UNAVAILABLE.
   */
  resetPassword(
    actorId: bigint | null,
    options: { userId: bigint },
  ): Promise<{ readonly password: string; readonly ended: readonly string[] }>;
}
