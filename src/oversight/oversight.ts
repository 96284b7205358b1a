import type { NodeRecord } from '../cluster/index.ts';
import type { Connection } from '../presence/index.ts';

/** An open connection of a user: a socket, or a subscription over HTTP. */
export interface OpenConnection extends Pick<Connection, 'id' | 'sessionId' | 'deviceKind' | 'since' | 'idle'> {
  /** As its session is called; null: that has ended. */
  readonly deviceName: string | null;
  /** That holds it; null: it is gone, and what it held is being taken over. */
  readonly node: NodeRecord | null;
}

/** What came of disconnecting somebody. */
export interface Disconnected {
  /** How many connections they had, which were told to close; null: not known, as Redis is away. */
  readonly connections: number | null;
  /** How many sessions have ended. */
  readonly sessions: number;
}

/** The oversight module's face. `actorId`: the admin who does it, null for the command line. Refusals are thrown as ChatError with `field` named from the options. */
export interface Oversight {
  /** All nodes, by name and then by id, those that are gone left out. Throws UNAVAILABLE. */
  nodes(): Promise<readonly NodeRecord[]>;
  /** Has a node do what SIGTERM would make it do: answers which, before that is done. Throws NOT_FOUND (nodeId) where none of this id runs, UNAVAILABLE. */
  drain(actorId: bigint | null, options: { readonly nodeId: string }): Promise<NodeRecord>;
  /** Where a user is connected, oldest first. Throws UNAVAILABLE. */
  connections(userId: bigint): Promise<readonly OpenConnection[]>;
  /**
   * Ends all connections of a user, on whichever node. Their clients come back by themselves, unless all sessions are ended as well: then whoever is to come
   * back signs in anew. Throws NOT_FOUND (userId), UNAVAILABLE; with `endSessions` only where the database is away.
   */
  disconnect(actorId: bigint | null, options: { readonly userId: bigint; readonly endSessions?: boolean }): Promise<Disconnected>;
}
