import type { Lease } from '../cluster/index.ts';
import type { DeviceKind } from '../user/index.ts';

/** A connection of a signed-in device: a socket, or a subscription over HTTP. */
export interface Connection {
  /** Starts with the lease that holds the connection (see `leaseOf`). */
  readonly id: string;
  readonly userId: bigint;
  /** A UUID. */
  readonly sessionId: string;
  readonly deviceKind: DeviceKind;
  readonly since: Date;
  /** The client has sent no request on it for AWAY_SECONDS. */
  readonly idle: boolean;
  /** It has ended, and counts until its grace is over: the device may return. */
  readonly leaving: boolean;
}

/** Identifies a connection. */
export type ConnectionRef = Pick<Connection, 'id' | 'userId'>;

/** Where a user is connected. */
export interface UserConnections {
  readonly userId: bigint;
  /**
   * A revision that rises with each change, also after the last connection is removed: the attendance with the higher revision is the
   * newer. 0 if nothing is known of the user.
   */
  readonly rev: number;
  readonly connections: readonly Connection[];
}

/** The result of a change to the roster. */
export interface RosterChange {
  /** The connection before the change, or null if the roster did not have it. */
  readonly before: Connection | null;
  readonly after: UserConnections;
}

/**
 * All users' connections, shared by all nodes. A connection stays until it is removed; the node that takes over a lease removes the
 * connections it held. All functions reject within a second if the roster cannot be reached. The write may have been applied then;
 * repeating it is safe.
 */
export interface Roster extends AsyncDisposable {
  put(connection: Connection): Promise<RosterChange>;
  remove(connection: ConnectionRef): Promise<RosterChange>;
  /** Reads where users are connected, in the order asked for. */
  of(userIds: readonly bigint[]): Promise<readonly UserConnections[]>;
  /**
   * Reads the connections that a lease holds or has tried to put, page by page. Those that are put or removed meanwhile may or may not be
   * among them.
   */
  heldBy(lease: Lease): AsyncIterable<readonly ConnectionRef[]>;
}

/** Makes a connection's id under a lease. */
export function connectionId({ nodeId, epoch }: Lease, count: number): string {
  return `${nodeId}.${epoch}.${count}`;
}

/** Returns the lease that holds a connection. */
export function leaseOf(connectionId: string): Lease {
  const [nodeId = '', epoch = '0'] = connectionId.split('.');
  return { nodeId, epoch: Number(epoch) };
}

/** What watchers can see of a user's connections. */
export interface ConnectionSummary {
  readonly devices: number;
  /** All of the user's connections are idle. */
  readonly idle: boolean;
}

/** Computes a user's standing. A device counts once, however many connections it has, and also during its grace. */
export function summaryOf(connections: readonly Connection[]): ConnectionSummary {
  const devices = new Set(connections.map(({ sessionId }) => sessionId)).size;
  return { devices, idle: devices > 0 && connections.every(({ idle }) => idle) };
}

/** Computes the standing before a change. */
export function standingBefore({ before, after: { connections } }: RosterChange, id: string): ConnectionSummary {
  return summaryOf([...connections.filter((one) => one.id !== id), ...(before === null ? [] : [before])]);
}
