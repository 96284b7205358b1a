import type { Data } from '../data.ts';
import type { ListRequest } from '../page.ts';

/** The signed-in user who makes a request, on one of their devices. */
export interface Viewer {
  readonly userId: bigint;
  /** UUID text of the session. */
  readonly sessionId: string;
}

/** The roles of users. Admins may use the operators' schema. */
export const userRoles = ['USER', 'ADMIN'] as const;
export type UserRole = (typeof userRoles)[number];

/** A user or a bot, as others may see them. */
export interface User {
  readonly id: bigint;
  readonly handle: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly bio: string | null;
  readonly createdAt: Date;
  /** True if the account is erased. All of the above is empty then, and the handle is one that nobody can have. */
  readonly erased: boolean;
  /** True for a program of the operators, which has keys instead of a password. */
  readonly bot: boolean;
  /** Data that operators store on the user for clients. */
  readonly data: Data;
}

/** What happens to the messages of an erased account (schema: `enum DeletedMessages`). */
export const deletedMessages = ['KEEP', 'REMOVE'] as const;
export type DeletedMessages = (typeof deletedMessages)[number];

/** An identity with which a user signs in: `iss` and `sub` of a token. */
export interface LinkedIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly createdAt: Date;
}

/** Everything that the module stores of a user and shows to nobody else, for an export of their data. */
export interface OwnRecord {
  readonly user: User;
  readonly settings: Settings;
  readonly sessions: readonly Session[];
  /** Handles that the user has given up and that are kept back for them. */
  readonly formerHandles: readonly { readonly handle: string; readonly until: Date }[];
  /** The identities with which they sign in. */
  readonly identities: readonly LinkedIdentity[];
}

/** A page of users. Keys are opaque positions. */
export interface UserPage {
  readonly items: readonly { readonly user: User; readonly key: string }[];
  readonly hasNextPage: boolean;
}

/** A signed-in device, or a key of a bot. */
export interface Session {
  /** UUID text. */
  readonly id: string;
  readonly userId: bigint;
  readonly deviceName: string;
  readonly deviceKind: DeviceKind;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  /** When the session expires. Each refresh of a sign-in moves it, a key's stays. Null if it never expires. */
  readonly expiresAt: Date | null;
}

/** The kind of a device (schema: `enum DeviceKind`). */
export const deviceKinds = ['WEB', 'MOBILE', 'TABLET', 'DESKTOP', 'OTHER'] as const;
export type DeviceKind = (typeof deviceKinds)[number];

/** The result of signing up, signing in or refreshing. */
export interface SignedIn {
  readonly viewer: Viewer;
  /** JWT for `Authorization: Bearer …`. */
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
  readonly refreshToken: string;
}

/** The content of a valid access token or key of a bot. */
export interface Access extends Viewer {
  readonly expiresAt: Date;
  readonly deviceKind: DeviceKind;
  /** The role when the token was signed. USER for a key, which does not state one. */
  readonly role: UserRole;
  /** True for a key, and so for a bot. */
  readonly bot: boolean;
}

/** The claims of a token or key. The rest of Access is read from the session's row. */
export type Claims = Omit<Access, 'deviceKind'>;

/** Who may write to a user, and whether others see what the user reads and when they were online. */
export interface Settings {
  readonly messagesFrom: 'EVERYONE' | 'CONTACTS';
  /** False if others are not shown how far the user has received and read. */
  readonly readReceipts: boolean;
  /** False if others are not shown when the user was last online. */
  readonly lastSeen: boolean;
}

/** The settings that an act has changed. Empty if none changed. */
export type SettingsChange = readonly (keyof Settings)[];

/** The interface of the user module. Refusals are thrown as ChatError with `field` named from the options. */
export interface Users {
  /**
   * Creates a user and their first session. Throws INVALID_INPUT (handle, displayName, password, deviceName), FORBIDDEN while config
   * SIGN_UP_OPEN is off or config PASSWORDS is off, CONFLICT (handle) if it is taken, RATE_LIMITED per address, or UNAVAILABLE if too many
   * passwords are waiting.
   */
  signUp(options: {
    handle: string;
    password: string;
    displayName?: string | null | undefined;
    deviceName?: string | null | undefined;
    deviceKind?: DeviceKind | null | undefined;
    address: string;
  }): Promise<SignedIn>;
  /**
   * Starts a session. Throws INVALID_CREDENTIALS, which does not tell a wrong handle from a wrong password, SUSPENDED if the password is
   * right, RATE_LIMITED per handle and per address, INVALID_INPUT (deviceName), UNAVAILABLE if too many passwords are waiting, or FORBIDDEN
   * if config PASSWORDS is off.
   */
  signIn(options: {
    handle: string;
    password: string;
    deviceName?: string | null | undefined;
    deviceKind?: DeviceKind | null | undefined;
    address: string;
  }): Promise<SignedIn>;
  /**
   * Starts a session for the user whom a token of config IDENTITY_ISSUER names. Creates an account without a password the first time.
   * Throws INVALID_CREDENTIALS (token), whose message says what is wrong, SUSPENDED, RATE_LIMITED per address, INVALID_INPUT (deviceName),
   * UNAVAILABLE if the issuer's keys cannot be fetched, or FORBIDDEN if there is no issuer, or for a new user while config SIGN_UP_OPEN is
   * off.
   */
  signInWithToken(options: {
    token: string;
    deviceName?: string | null | undefined;
    deviceKind?: DeviceKind | null | undefined;
    address: string;
  }): Promise<SignedIn>;
  /** Returns whether the viewer has a password. Throws NOT_FOUND if their account is erased. */
  hasPassword(viewer: Viewer): Promise<boolean>;
  /**
   * Rotates the refresh token. If it is used again within 30 s, it gives the same successor. If it is used later, the session ends. Throws
   * INVALID_CREDENTIALS, SUSPENDED or RATE_LIMITED.
   */
  refresh(options: { refreshToken: string }): Promise<SignedIn>;
  /** Ends the viewer's session, or another of theirs, and returns its id. Repeating it has no effect. Throws NOT_FOUND (sessionId). */
  signOut(viewer: Viewer, options: { sessionId?: string | undefined }): Promise<string>;
  /**
   * Ends all of the viewer's sessions except one, by default the one of the request, and returns the ids of those that ended. Throws
   * NOT_FOUND (sessionId).
   */
  signOutOthers(viewer: Viewer, options: { sessionId?: string | undefined }): Promise<readonly string[]>;
  /** Renames one of the viewer's live sessions. Throws NOT_FOUND (sessionId) or INVALID_INPUT (deviceName). */
  renameSession(viewer: Viewer, options: { sessionId: string; deviceName: string }): Promise<Session>;
  /**
   * Changes the viewer's password and ends all their other sessions, whose ids it returns. Throws INVALID_CREDENTIALS (currentPassword),
   * INVALID_INPUT (newPassword), RATE_LIMITED as signIn does, or UNAVAILABLE if too many passwords are waiting.
   */
  changePassword(viewer: Viewer, options: { currentPassword: string; newPassword: string; address: string }): Promise<readonly string[]>;
  /**
   * Changes the viewer's handle. The old one is kept back for them for config HANDLE_HOLD_DAYS. Throws INVALID_INPUT (handle), CONFLICT
   * (handle) if it belongs to another user or is kept back for one, or RATE_LIMITED per user.
   */
  changeHandle(viewer: Viewer, options: { handle: string }): Promise<User>;
  /**
   * Erases the viewer's account: profile, password and sessions at once, the rest by a job. The viewer must give their password, or a token
   * that was issued for this. Throws INVALID_INPUT (password, token) unless one of the two is given, INVALID_CREDENTIALS (password, token),
   * RATE_LIMITED as signIn does, or UNAVAILABLE if too many passwords are waiting or the issuer's keys cannot be fetched.
   */
  erase(
    viewer: Viewer,
    options: { password?: string | null | undefined; token?: string | null | undefined; messages: DeletedMessages; address: string },
  ): Promise<void>;
  /** Frees the handles that a user has given up and whose time is over. Throws UNAVAILABLE. */
  freeHandles(options: { userId: bigint }): Promise<void>;
  /** Returns null if the user does not exist or is erased. */
  ownRecord(userId: bigint): Promise<OwnRecord | null>;
  /**
   * Returns the claims of a token or key. Throws UNAUTHENTICATED if it is malformed or expired, or UNAVAILABLE if a key's session cannot be
   * read. Does not check whether a token's session is live: no decision may rest on the claims alone.
   */
  readToken(accessToken: string): Promise<Claims>;
  /**
   * Returns the user and session of a token or key. Throws UNAUTHENTICATED if it is malformed or expired, or its session has ended, or
   * UNAVAILABLE.
   */
  authenticate(accessToken: string): Promise<Access>;
  /**
   * The same for an admin. The token, unless it is a key, and at this moment the user's row must say so. Throws UNAUTHENTICATED, FORBIDDEN
   * or UNAVAILABLE.
   */
  authenticateAdmin(accessToken: string): Promise<Access>;
  /** Changes the viewer's profile. Absent properties stay as they are, null clears them. Throws INVALID_INPUT or RATE_LIMITED. */
  updateProfile(
    viewer: Viewer,
    options: { displayName?: string | null | undefined; avatarUrl?: string | null | undefined; bio?: string | null | undefined },
  ): Promise<User>;
  /** Changes the viewer's settings. Absent properties stay as they are. Throws RATE_LIMITED. */
  updateSettings(viewer: Viewer, options: Partial<Settings>): Promise<SettingsChange>;
  /**
   * Returns settings in the order of `ids`. Null where there is no such user. They are only for the user themselves, except for what hides
   * something from others.
   */
  settings(ids: readonly bigint[]): Promise<readonly (Settings | null)[]>;
  /** Returns users, erased ones included, in the order of `ids`. Null where there never was one. */
  byIds(ids: readonly bigint[]): Promise<readonly (User | null)[]>;
  /** Returns the user with a handle, or null if nobody has it. */
  byHandle(handle: string): Promise<User | null>;
  /** Returns whether anybody has ever signed up. */
  any(): Promise<boolean>;
  /**
   * Counts a search by the beginnings of handles and of words of display names, ignoring case and accents, and returns a function that
   * reads its pages. Throws RATE_LIMITED per user, FORBIDDEN while config SEARCH is off, BAD_USER_INPUT (search).
   */
  search(viewer: Viewer, text: string): Promise<(page: ListRequest) => Promise<UserPage>>;
  /** Returns the viewer's live sessions, newest first, at most 50. */
  sessions(viewer: Viewer): Promise<readonly Session[]>;
  /** Returns one of the viewer's live sessions, or null. */
  session(viewer: Viewer, id: string): Promise<Session | null>;
}
