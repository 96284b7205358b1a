import type { Data } from '../data.ts';

/** Who asks: a signed-in device of a user. */
export interface Viewer {
  readonly userId: bigint;
  /** UUID text of the session. */
  readonly sessionId: string;
}

/** What somebody may do beside what everybody may: admins use the operators' schema. */
export const userRoles = ['USER', 'ADMIN'] as const;
export type UserRole = (typeof userRoles)[number];

/** A person, or a bot, as others may see them. */
export interface User {
  readonly id: bigint;
  readonly handle: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly bio: string | null;
  readonly createdAt: Date;
  /** True: the account is erased. All above is empty then, and the handle is one that nobody can have. */
  readonly erased: boolean;
  /** True: a program of the operators', which has keys in place of a password. */
  readonly bot: boolean;
  /** What operators put on them for clients. */
  readonly data: Data;
}

/** What becomes of the messages of an account that is erased (schema: `enum DeletedMessages`). */
export const deletedMessages = ['KEEP', 'REMOVE'] as const;
export type DeletedMessages = (typeof deletedMessages)[number];

/** An account that somebody has elsewhere, by which they sign in: `iss` and `sub` of a token. */
export interface LinkedIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly createdAt: Date;
}

/** All that the module holds of a user and tells nobody else, for a file of their own. */
export interface OwnRecord {
  readonly user: User;
  readonly settings: Settings;
  readonly sessions: readonly Session[];
  /** Handles that they gave up and that are kept back for them. */
  readonly formerHandles: readonly { readonly handle: string; readonly until: Date }[];
  readonly blocks: readonly { readonly userId: bigint; readonly since: Date }[];
  /** Who they are elsewhere. */
  readonly identities: readonly LinkedIdentity[];
}

/** Part of a search. Keys are opaque text: where to go on. */
export interface UserPage {
  readonly items: readonly { readonly user: User; readonly key: string }[];
  readonly hasNextPage: boolean;
}

/** One signed-in device, or one key of a bot. */
export interface Session {
  /** UUID text. */
  readonly id: string;
  readonly userId: bigint;
  readonly deviceName: string;
  readonly deviceKind: DeviceKind;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  /** When it ends unless it is refreshed before, and a key in any case; null: never by itself. */
  readonly expiresAt: Date | null;
}

/** What a device is (schema: `enum DeviceKind`). */
export const deviceKinds = ['WEB', 'MOBILE', 'TABLET', 'DESKTOP', 'OTHER'] as const;
export type DeviceKind = (typeof deviceKinds)[number];

/** What signing up, signing in and refreshing give. */
export interface SignedIn {
  readonly viewer: Viewer;
  /** JWT for `Authorization: Bearer …`. */
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
  readonly refreshToken: string;
}

/** What a valid access token, or a bot's key, says. */
export interface Access extends Viewer {
  readonly expiresAt: Date;
  readonly deviceKind: DeviceKind;
  /** As it was when the token was signed; a key says nothing of it. */
  readonly role: UserRole;
  /** It is a key, and so they are a bot. */
  readonly bot: boolean;
}

/** What a token or key says: the rest stands in the session's row. */
export type Claims = Omit<Access, 'deviceKind'>;

/** How others may reach a user, and what they see of what the user reads and when they were there. */
export interface Settings {
  readonly messagesFrom: 'EVERYONE' | 'CONTACTS';
  /** False: nobody is shown how far they have received and read. */
  readonly readReceipts: boolean;
  /** False: nobody is shown when they were last online. */
  readonly lastSeen: boolean;
}

/** Which of a user's settings an act has changed; none where they stood so already. */
export type SettingsChange = readonly (keyof Settings)[];

/** The user module's face. Refusals are thrown as ChatError with `field` named from the options. */
export interface Users {
  /** Makes a user and their first session. Throws INVALID_INPUT (handle, displayName, password, deviceName), FORBIDDEN while config SIGN_UP_OPEN is off, CONFLICT (handle taken), RATE_LIMITED per address, UNAVAILABLE when too many passwords wait, FORBIDDEN where config PASSWORDS is off. */
  signUp(options: {
    handle: string;
    password: string;
    displayName?: string | null | undefined;
    deviceName?: string | null | undefined;
    deviceKind?: DeviceKind | null | undefined;
    address: string;
  }): Promise<SignedIn>;
  /** Starts a session. Throws INVALID_CREDENTIALS (never tells handle from password), SUSPENDED to whoever knows the password, RATE_LIMITED per handle and per address, INVALID_INPUT (deviceName), UNAVAILABLE when too many passwords wait, FORBIDDEN where config PASSWORDS is off. */
  signIn(options: {
    handle: string;
    password: string;
    deviceName?: string | null | undefined;
    deviceKind?: DeviceKind | null | undefined;
    address: string;
  }): Promise<SignedIn>;
  /**
   * Starts a session for whom a token of config IDENTITY_ISSUER names, and makes them an account the first time, which has no password. Throws INVALID_CREDENTIALS (token),
   * which says what is wrong with it, SUSPENDED, RATE_LIMITED per address, INVALID_INPUT (deviceName), UNAVAILABLE while the issuer's keys cannot be had, and FORBIDDEN where there is
   * no issuer, or to a newcomer while config SIGN_UP_OPEN is off.
   */
  signInWithToken(options: {
    token: string;
    deviceName?: string | null | undefined;
    deviceKind?: DeviceKind | null | undefined;
    address: string;
  }): Promise<SignedIn>;
  /** Whether the viewer has a password. Throws NOT_FOUND where their account is erased. */
  hasPassword(viewer: Viewer): Promise<boolean>;
  /** Rotates the refresh token; used again within 30 s it gives the same successor, later it ends the session. Throws INVALID_CREDENTIALS, SUSPENDED, RATE_LIMITED. */
  refresh(options: { refreshToken: string }): Promise<SignedIn>;
  /** Ends the viewer's session, or another of theirs; answers which. Ending an ended one is no error. Throws NOT_FOUND. */
  signOut(viewer: Viewer, options: { sessionId?: string | undefined }): Promise<string>;
  /** Ends all of the viewer's sessions but one, by default the one that asks; answers which have ended. Throws NOT_FOUND (sessionId). */
  signOutOthers(viewer: Viewer, options: { sessionId?: string | undefined }): Promise<readonly string[]>;
  /** Calls one of the viewer's live sessions by another name. Throws NOT_FOUND (sessionId), INVALID_INPUT (deviceName). */
  renameSession(viewer: Viewer, options: { sessionId: string; deviceName: string }): Promise<Session>;
  /** Puts another password in force and ends all of the viewer's other sessions; answers which. Throws INVALID_CREDENTIALS (currentPassword), INVALID_INPUT (newPassword), RATE_LIMITED as signIn does, UNAVAILABLE when too many passwords wait. */
  changePassword(viewer: Viewer, options: { currentPassword: string; newPassword: string; address: string }): Promise<readonly string[]>;
  /** Gives the viewer another handle; the old one is kept back for them for config HANDLE_HOLD_DAYS. Throws INVALID_INPUT (handle), CONFLICT (handle: somebody's, or kept back for somebody), RATE_LIMITED per user. */
  changeHandle(viewer: Viewer, options: { handle: string }): Promise<User>;
  /**
   * Erases the viewer's account: profile, password and sessions at once, the rest by a job. They show who they are once more, by their password or by a token that was made for it.
   * Throws INVALID_INPUT (password, token) unless there is one of the two, INVALID_CREDENTIALS (password, or token), RATE_LIMITED as signIn does, UNAVAILABLE when too many
   * passwords wait or the issuer's keys cannot be had.
   */
  erase(
    viewer: Viewer,
    options: { password?: string | null | undefined; token?: string | null | undefined; messages: DeletedMessages; address: string },
  ): Promise<void>;
  /** Makes the handles that a user gave up anybody's again, once their time is over. Throws UNAVAILABLE. */
  freeHandles(options: { userId: bigint }): Promise<void>;
  /** Null where there is no such user (any more). */
  ownRecord(userId: bigint): Promise<OwnRecord | null>;
  /** What a token or key says itself. Throws UNAUTHENTICATED when it is malformed or expired, and UNAVAILABLE where a key cannot be looked for. Does not ask whether a token's session lives: nothing may rest on it alone. */
  readToken(accessToken: string): Promise<Claims>;
  /** Whose token or key it is. Throws UNAUTHENTICATED when it is malformed, expired, or its session has ended, and UNAVAILABLE. */
  authenticate(accessToken: string): Promise<Access>;
  /** The same of an admin: both the token, if it is no key, and, at this moment, the user's row say so. Throws UNAUTHENTICATED, FORBIDDEN, UNAVAILABLE. */
  authenticateAdmin(accessToken: string): Promise<Access>;
  /** Absent leaves unchanged, null clears. Throws INVALID_INPUT, RATE_LIMITED. */
  updateProfile(
    viewer: Viewer,
    options: { displayName?: string | null | undefined; avatarUrl?: string | null | undefined; bio?: string | null | undefined },
  ): Promise<User>;
  /** Absent leaves unchanged. Throws RATE_LIMITED. */
  updateSettings(viewer: Viewer, options: Partial<Settings>): Promise<SettingsChange>;
  /** In the order asked for; null where there is no such user. Only for the user themselves, but for what shows that others see nothing. */
  settings(ids: readonly bigint[]): Promise<readonly (Settings | null)[]>;
  /** In the order asked for, erased ones too; null where there never was one. */
  byIds(ids: readonly bigint[]): Promise<readonly (User | null)[]>;
  /** Null where nobody has it. */
  byHandle(handle: string): Promise<User | null>;
  /** Whether anybody has ever signed up. */
  any(): Promise<boolean>;
  /** Counts a search by the beginnings of handle and words of the display name, case- and accent-insensitive, and answers what reads its pages. Throws RATE_LIMITED per user, FORBIDDEN while config SEARCH is off. */
  search(viewer: Viewer, text: string): Promise<(page: { first: number; after?: string | undefined }) => Promise<UserPage>>;
  /** The viewer's live sessions, newest first, at most 50. */
  sessions(viewer: Viewer): Promise<readonly Session[]>;
  /** One of the viewer's live sessions. */
  session(viewer: Viewer, id: string): Promise<Session | null>;
}
