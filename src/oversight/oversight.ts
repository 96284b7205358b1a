import type { NodeRecord } from '../cluster/index.ts';
import type { Connection } from '../presence/index.ts';

/** An open connection of a user: a WebSocket, or a subscription over HTTP. */
export interface OpenConnection extends Pick<Connection, 'id' | 'sessionId' | 'deviceKind' | 'since' | 'idle'> {
  /** The device name of the session. Null if the session has ended. */
  readonly deviceName: string | null;
  /** The node that holds the connection. Null if the node is gone and is being taken over. */
  readonly node: NodeRecord | null;
}

/** The result of disconnecting a user. */
export interface Disconnected {
  /** How many connections were told to close. Null if that is not known because Redis cannot be reached. */
  readonly connections: number | null;
  /** How many sessions were ended. */
  readonly sessions: number;
}

/**
 * The interface of the module. `actorId` is the admin, or null for the command line. Refusals are thrown as ChatError with `field` named
 * from the options.
 */
export interface Oversight {
  /** Returns all nodes except those that are gone, by name and then by id. Throws UNAVAILABLE. */
  nodes(): Promise<readonly NodeRecord[]>;
  /**
   * Makes a node stop as by SIGTERM. Resolves to the node, before it has stopped. Throws NOT_FOUND (nodeId) if no such node is running, or
   * UNAVAILABLE.
   */
  drain(actorId: bigint | null, options: { readonly nodeId: string }): Promise<NodeRecord>;
  /** Returns the open connections of a user, oldest first. Throws UNAVAILABLE. */
  connections(userId: bigint): Promise<readonly OpenConnection[]>;
  /**
   * Closes all connections of a user, on all nodes. Clients reconnect by themselves, unless `endSessions` ends all sessions too: then the
   * user has to sign in again. Throws NOT_FOUND (userId), or UNAVAILABLE. With `endSessions`, UNAVAILABLE means that the database cannot be
   * reached.
   */
  disconnect(actorId: bigint | null, options: { readonly userId: bigint; readonly endSessions?: boolean }): Promise<Disconnected>;
}
