import type { ChatError } from '../errors.ts';
import type { EventStream } from '../event-stream.ts';
import type { Entry } from '../log/index.ts';
import type { Access, Viewer } from '../user/index.ts';

/** How a user chooses to be seen (schema: `enum PresenceChoice`). */
export const presenceChoices = ['ONLINE', 'AWAY', 'BUSY', 'INVISIBLE'] as const;
export type PresenceChoice = (typeof presenceChoices)[number];

/** How others see a user (schema: `enum PresenceStatus`). */
export const presenceStatuses = ['ONLINE', 'AWAY', 'BUSY', 'OFFLINE'] as const;
export type PresenceStatus = (typeof presenceStatuses)[number];

/** A user's presence as their watchers see it. A user who has chosen INVISIBLE is OFFLINE to everybody. */
export interface Presence {
  readonly userId: bigint;
  readonly status: PresenceStatus;
  readonly statusText: string | null;
  /** The number of devices on which the user is online. */
  readonly devices: number;
  /** When the user was last online. Null while they are online, if it is unknown, and if they hide it. */
  readonly lastSeenAt: Date | null;
  /**
   * The version of the user's profile: it changes when the profile does, because watchers are sent the profile too. Empty if the user has
   * none, or if the viewer may not see it.
   */
  readonly profile: string;
}

/** What a user has chosen. */
export interface Chosen {
  readonly choice: PresenceChoice;
  /** Null if there is none, or if its end time has passed. */
  readonly statusText: string | null;
  readonly statusUntil: Date | null;
}

/** Why this module closes a connection. */
export type DisconnectReason = 'REPLACED' | 'TOO_MANY' | 'DISCONNECTED';

/** The handle of a connection of this node. */
export interface Held extends Disposable {
  /** Notes that the client has sent a request on the connection. Cheap. */
  active(): void;
}

/** The presence module's interface. Refusals are ChatErrors whose `field` is named after the options. */
export interface Presences extends AsyncDisposable {
  /**
   * Puts a connection on the roster: until the handle is disposed of, the user is online on this device. Never waits and never fails: what
   * cannot be written now is written later. `onClose` is called at most once, when the connection has to end.
   */
  connect(access: Access, onClose: (why: DisconnectReason) => void): Held;
  /**
   * Notes that the viewer has sent a request outside of the connections held here, so their device is not idle, on whichever node it is
   * connected. Cheap.
   */
  active(viewer: Viewer): void;
  /**
   * Sets how others see the viewer. An absent text or time stays as it is; null removes it. Throws INVALID_INPUT (statusText, statusUntil),
   * RATE_LIMITED, or NOT_FOUND if the account has been erased meanwhile.
   */
  choose(
    viewer: Viewer,
    options: { choice: PresenceChoice; statusText?: string | null | undefined; statusUntil?: Date | null | undefined },
  ): Promise<Chosen>;
  /** Reads what users have chosen, in the order asked for. Only for the user themselves: it shows INVISIBLE. */
  chosen(userIds: readonly bigint[]): Promise<readonly Chosen[]>;
  /**
   * Reads how the viewer sees users, in the order asked for. Null: the viewer may not watch that user. A ChatError UNAVAILABLE: after an
   * interruption, other nodes may have to write the user's connections again. Throws UNAVAILABLE if the roster cannot be reached.
   */
  of(viewer: Viewer, userIds: readonly bigint[]): Promise<readonly (Presence | ChatError | null)[]>;
  /**
   * Opens a watch: one Presence for each user whom the viewer may watch, then one whenever it changes.
   * - A slow client gets only the newest of each user.
   * - A user whom the viewer may watch only later is sent then. A user whom the viewer may no longer watch is sent as OFFLINE, and nothing
   *   after that.
   * - It starts with the first read and ends as `Feed.events` does.
   *
   * Throws BAD_USER_INPUT (userIds) for more than config MAX_WATCHED users. Fails with LIMIT_REACHED if the viewer's watches on this node
   * have more than MAX_CONNECTIONS times as many.
   */
  watch(viewer: Viewer, options: { userIds: readonly bigint[]; signal: AbortSignal }): EventStream<Presence>;
  /** Takes committed entries, which may change who may watch whom and how users are seen. Must be called with every entry. Never throws. */
  stored(entries: readonly Entry[]): void;
}
