import type { EventStream } from '../event-stream.ts';
import type { Entry } from '../log/index.ts';
import type { Access, Viewer } from '../user/index.ts';

/** How a user wishes to be seen (schema: `enum PresenceChoice`). */
export const presenceChoices = ['ONLINE', 'AWAY', 'BUSY', 'INVISIBLE'] as const;
export type PresenceChoice = (typeof presenceChoices)[number];

/** How a user is seen (schema: `enum PresenceStatus`). */
export const presenceStatuses = ['ONLINE', 'AWAY', 'BUSY', 'OFFLINE'] as const;
export type PresenceStatus = (typeof presenceStatuses)[number];

/** A user as those who may watch them see them; who has chosen to be invisible is OFFLINE to everybody. */
export interface Presence {
  readonly userId: bigint;
  readonly status: PresenceStatus;
  readonly statusText: string | null;
  /** On how many devices they are online. */
  readonly devices: number;
  /** When they were last online; null while they are, where that is not known, and where they do not show it. */
  readonly lastSeenAt: Date | null;
  /** Stands for their profile, which is part of how they are seen: another where that is another. Empty: they have none, or it is not told of. */
  readonly profile: string;
}

/** What a user has chosen. */
export interface Chosen {
  readonly choice: PresenceChoice;
  /** Null: none, or its time is over. */
  readonly statusText: string | null;
  readonly statusUntil: Date | null;
}

/** Why a connection is ended that could go on. */
export type Parting = 'REPLACED' | 'TOO_MANY' | 'DISCONNECTED';

/** A connection of this node as its holder keeps it. */
export interface Held extends Disposable {
  /** Something was asked for on it. Cheap. */
  active(): void;
}

/** The presence module's face. Refusals are thrown as ChatError with `field` named from the options. */
export interface Presences extends AsyncDisposable {
  /**
   * From here until it is disposed of the user is online on this device, which all nodes get to know. Never waits and never fails: what cannot be told now
   * is told when it can. `onClose` is called, at most once, when the connection has to end.
   */
  connect(access: Access, onClose: (why: Parting) => void): Held;
  /** The viewer has asked for something other than on a connection that is held: their device is not idle, wherever it is connected. Cheap. */
  active(viewer: Viewer): void;
  /**
   * Settles how the viewer is seen; absent text and time leave them, null takes them away. Throws INVALID_INPUT (statusText, statusUntil), RATE_LIMITED,
   * NOT_FOUND (the account was erased meanwhile).
   */
  choose(
    viewer: Viewer,
    options: { choice: PresenceChoice; statusText?: string | null | undefined; statusUntil?: Date | null | undefined },
  ): Promise<Chosen>;
  /** What users have chosen, in the order asked for. Only for the user themselves. */
  chosen(userIds: readonly bigint[]): Promise<readonly Chosen[]>;
  /** How users are seen, in the order asked for; null: not for the viewer to watch. Throws UNAVAILABLE. */
  of(viewer: Viewer, userIds: readonly bigint[]): Promise<readonly (Presence | null)[]>;
  /**
   * One Presence for each user that the viewer may watch, then one whenever it changes: of a slow reader's, the newest of each user. Who may be watched only
   * later comes then; who may not be any more is OFFLINE, and no more is told of them. Begins with its reader; ends as Feed.events does. Throws BAD_USER_INPUT (userIds) past config MAX_WATCHED.
   */
  watch(viewer: Viewer, options: { userIds: readonly bigint[]; signal: AbortSignal }): EventStream<Presence>;
  /** Takes note of what was stored: who may watch whom, and how somebody is seen, follows from it. Must be told of every entry. Never throws. */
  stored(entries: readonly Entry[]): void;
}
