/** Who asks: a signed-in device of a user. */
export interface Viewer {
  readonly userId: bigint;
  /** UUID text of the session. */
  readonly sessionId: string;
}

/** A person as others may see them. */
export interface User {
  readonly id: bigint;
  readonly handle: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly bio: string | null;
  readonly createdAt: Date;
}

/** One signed-in device. */
export interface Session {
  /** UUID text. */
  readonly id: string;
  readonly userId: bigint;
  readonly deviceName: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
}

/** What signing up, signing in and refreshing give. */
export interface SignedIn {
  readonly viewer: Viewer;
  /** JWT for `Authorization: Bearer …`. */
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
  readonly refreshToken: string;
}

/** What a valid access token says. */
export interface Access extends Viewer {
  readonly expiresAt: Date;
}

/** How others may reach a user, and what they see of what the user reads. */
export interface Settings {
  readonly messagesFrom: 'EVERYONE' | 'CONTACTS';
  /** False: nobody is shown how far they have received and read. */
  readonly readReceipts: boolean;
}

/** Which of a user's settings an act has changed; none where they stood so already. */
export type SettingsChange = readonly (keyof Settings)[];

/** The user module's face. Refusals are thrown as ChatError with `field` named from the options. */
export interface Users {
  /** Makes a user and their first session. Throws INVALID_INPUT (handle, displayName, password, deviceName), CONFLICT (handle taken), RATE_LIMITED per address, UNAVAILABLE when too many passwords wait. */
  signUp(options: {
    handle: string;
    password: string;
    displayName?: string | null | undefined;
    deviceName?: string | null | undefined;
    address: string;
  }): Promise<SignedIn>;
  /** Starts a session. Throws INVALID_CREDENTIALS (never tells handle from password), RATE_LIMITED per handle and per address, INVALID_INPUT (deviceName), UNAVAILABLE when too many passwords wait. */
  signIn(options: { handle: string; password: string; deviceName?: string | null | undefined; address: string }): Promise<SignedIn>;
  /** Rotates the refresh token; used again within 30 s it gives the same successor, later it ends the session. Throws INVALID_CREDENTIALS. */
  refresh(options: { refreshToken: string }): Promise<SignedIn>;
  /** Ends the viewer's session, or another of theirs; answers which. Ending an ended one is no error. Throws NOT_FOUND. */
  signOut(viewer: Viewer, options: { sessionId?: string | undefined }): Promise<string>;
  /** Whose token it is. Throws UNAUTHENTICATED when it is malformed, expired, or its session has ended. */
  authenticate(accessToken: string): Promise<Access>;
  /** Absent leaves unchanged, null clears. Throws INVALID_INPUT. */
  updateProfile(
    viewer: Viewer,
    options: { displayName?: string | null | undefined; avatarUrl?: string | null | undefined; bio?: string | null | undefined },
  ): Promise<User>;
  /** Absent leaves unchanged. Throws RATE_LIMITED. */
  updateSettings(viewer: Viewer, options: Partial<Settings>): Promise<SettingsChange>;
  /** In the order asked for; null where there is no such user. Only for the user themselves, but for what shows that others see nothing. */
  settings(ids: readonly bigint[]): Promise<readonly (Settings | null)[]>;
  /** In the order asked for; null where there is none. */
  byIds(ids: readonly bigint[]): Promise<readonly (User | null)[]>;
  byHandle(handle: string): Promise<User | null>;
  /** Whether anybody has ever signed up. */
  any(): Promise<boolean>;
  /** By prefix of handle or of a word of the display name, case- and accent-insensitive. `after` and keys are opaque text: `key` of an item. Throws BAD_USER_INPUT (after) for a key of another search. */
  search(options: {
    text: string;
    first: number;
    after?: string | undefined;
  }): Promise<{ readonly items: readonly { readonly user: User; readonly key: string }[]; readonly hasNextPage: boolean }>;
  /** The viewer's live sessions, newest first, at most 50. */
  sessions(viewer: Viewer): Promise<readonly Session[]>;
  /** One of the viewer's live sessions. */
  session(viewer: Viewer, id: string): Promise<Session | null>;
}
